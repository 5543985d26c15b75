/* Photos of the office: each is shown, and what nobody should see on it is stroked over before anything is sent. One that is
   left as it is goes as it is. Needs front/stroke.js. */
(() => {
    const MOST_PIXELS = 1600;
    const make = (tag, told) => Object.assign(document.createElement(tag), told);
    const button = (words) =>
        make("button", { type: "button", className: "secondary small", textContent: words });

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
        if (typeof Strokes === "undefined") {
            /* nobody could make unreadable on it what nobody should see: no photo goes along */
            const told = make("p", { className: "note bad", hidden: true, textContent: words.unstroked });
            told.setAttribute("role", "alert");
            label.after(told);
            field.addEventListener("change", () => {
                field.value = "";
                told.hidden = false;
            });
            return;
        }
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
            canvas.setAttribute("role", "img");
            canvas.setAttribute("aria-label", `${words.photo} ${place + 1}`);
            canvas.addEventListener("pointerdown", (event) => {
                canvas.setPointerCapture(event.pointerId);
                one.before.push(Strokes.copy(canvas));
                pressed = true;
                Strokes.stroke(canvas, event);
                settle();
            });
            canvas.addEventListener("pointermove", (event) => {
                if (pressed) Strokes.stroke(canvas, event);
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
                    const canvas = await Strokes.opened(one, MOST_PIXELS);
                    photos.push({ chosen: one, file: one, canvas, before: [] });
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
