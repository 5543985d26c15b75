/* Photos of the office: each is shown, and what nobody should see on it is stroked over before anything is sent. One that is
   left as it is goes as it is. */
(() => {
    const MOST_PIXELS = 1600;
    const make = (tag, told) => Object.assign(document.createElement(tag), told);
    const button = (words) =>
        make("button", { type: "button", className: "secondary small", textContent: words });

    /* the square around a point becomes four dots */
    const smear = (canvas, x, y) => {
        const size = Math.max(24, Math.round(canvas.width / 14)),
            left = Math.max(0, Math.round(x - size / 2)),
            top = Math.max(0, Math.round(y - size / 2)),
            /* what lies beyond the edge would leave holes in the dots, and the picture to be read through them */
            width = Math.min(canvas.width, Math.round(x + size / 2)) - left,
            height = Math.min(canvas.height, Math.round(y + size / 2)) - top,
            pen = canvas.getContext("2d", { willReadFrequently: true }),
            tiny = make("canvas", { width: 2, height: 2 });
        if (width < 1 || height < 1) return;
        const dots = tiny.getContext("2d");
        /* each dot is what its quarter looks like, not one point of it */
        dots.imageSmoothingQuality = "high";
        dots.drawImage(canvas, left, top, width, height, 0, 0, 2, 2);
        pen.imageSmoothingEnabled = false;
        pen.drawImage(tiny, 0, 0, 2, 2, left, top, width, height);
    };
    const copy = (picture, width, height) => {
        const canvas = make("canvas", { width, height });
        canvas.getContext("2d", { willReadFrequently: true }).drawImage(picture, 0, 0, width, height);
        return canvas;
    };
    /* at once and not later: a form that is sent in this very moment sends what is seen here */
    const file = (canvas) => {
        const coded = atob(canvas.toDataURL("image/jpeg", 0.88).split(",")[1]);
        return new File([Uint8Array.from(coded, (sign) => sign.charCodeAt(0))], "photo.jpg", {
            type: "image/jpeg",
        });
    };

    const begin = (shelf) => {
        const field = document.getElementById(shelf.dataset.blurs),
            words = shelf.dataset;
        if (!field || !window.DataTransfer || !window.createImageBitmap) return;
        /* the browser's own words stand beside its own button, in its language and not in the page's */
        const label = make("label", {
            className: "button secondary small choose",
            htmlFor: field.id,
            textContent: words.add,
        });
        field.classList.add("sr");
        field.after(label);
        let photos = [];
        const put = () => {
            const box = new DataTransfer();
            for (const one of photos) box.items.add(one.file);
            field.files = box.files;
            shelf.hidden = !photos.length;
        };
        const show = (one, place) => {
            const { canvas } = one,
                undo = button(words.undo),
                drop = button(words.remove),
                bar = make("p", { className: "bar" });
            let pressed = false;
            const settle = () => {
                one.file = one.before.length ? file(canvas) : one.chosen;
                undo.disabled = !one.before.length;
                put();
            };
            const stroke = (event) => {
                const box = canvas.getBoundingClientRect(),
                    scale = canvas.width / box.width;
                smear(canvas, (event.clientX - box.left) * scale, (event.clientY - box.top) * scale);
            };
            canvas.setAttribute("role", "img");
            canvas.setAttribute("aria-label", `${words.photo} ${place + 1}`);
            canvas.addEventListener("pointerdown", (event) => {
                canvas.setPointerCapture(event.pointerId);
                one.before.push(copy(canvas, canvas.width, canvas.height));
                pressed = true;
                stroke(event);
                settle();
            });
            canvas.addEventListener("pointermove", (event) => {
                if (pressed) stroke(event);
            });
            for (const end of ["pointerup", "pointercancel"]) {
                canvas.addEventListener(end, () => {
                    pressed = false;
                    settle();
                });
            }
            undo.addEventListener("click", () => {
                const old = one.before.pop();
                if (old) canvas.getContext("2d").drawImage(old, 0, 0);
                settle();
            });
            drop.addEventListener("click", () => {
                photos = photos.filter((other) => other !== one);
                figure.remove();
                put();
            });
            undo.disabled = true;
            bar.append(undo, drop);
            const figure = make("figure");
            figure.append(canvas, bar);
            return figure;
        };
        field.addEventListener("change", async () => {
            if (!field.files.length) {
                put(); /* choosing another one was given up: those that are here stay */
                return;
            }
            const chosen = [...field.files];
            photos = [];
            shelf.querySelectorAll("figure").forEach((figure) => figure.remove());
            try {
                for (const one of chosen) {
                    const picture = await createImageBitmap(one),
                        scale = Math.min(1, MOST_PIXELS / Math.max(picture.width, picture.height)),
                        size = [picture.width, picture.height].map((side) => Math.round(side * scale));
                    photos.push({ chosen: one, file: one, canvas: copy(picture, ...size), before: [] });
                }
            } catch {
                photos = []; /* a format that this browser cannot show goes as it is */
                shelf.hidden = true;
                label.textContent = chosen.map((one) => one.name).join("、");
                return;
            }
            label.textContent = words.add;
            shelf.append(...photos.map(show));
            shelf.hidden = false;
        });
    };
    document.querySelectorAll("[data-blurs]").forEach(begin);
})();
