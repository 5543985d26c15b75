/* Reporting in four taps: the place from the phone or the photo, the kind from the words, faces made unreadable by finger.
   Needs front/stroke.js. */
(() => {
    const form = document.querySelector("form[data-report]");
    if (!form) return;
    const words = form.dataset,
        fields = form.elements;
    /* a page that the phone kept comes back with the same key: each report gets its own */
    if (crypto.randomUUID) fields.key.value = crypto.randomUUID();
    const where = form.querySelector("[data-where]");
    const say = (text) => {
        where.textContent = text;
        where.hidden = !text;
    };

    const put = (lat, lon, accuracy, text) => {
        fields.lat.value = lat.toFixed(6);
        fields.lon.value = lon.toFixed(6);
        fields.accuracy.value = Math.round(accuracy);
        say(text);
        look();
    };
    let set = "";
    const locate = () => {
        if (!("geolocation" in navigator) || !window.isSecureContext) {
            say(words.wordsNone);
            return;
        }
        say(words.wordsLooking);
        navigator.geolocation.getCurrentPosition(
            (found) => {
                if (set === "map" || set === "photo") return;
                const metres = found.coords.accuracy || 0;
                set = "phone";
                put(
                    found.coords.latitude,
                    found.coords.longitude,
                    metres,
                    metres > 150 ? words.wordsVague : words.wordsPlace.replace("#", Math.round(metres)),
                );
            },
            () => {
                if (!set) say(words.wordsNone);
            },
            { timeout: 15000, maximumAge: 30000, enableHighAccuracy: true },
        );
    };
    const here = form.querySelector("[data-here]");
    here.classList.remove("awaits");
    here.addEventListener("click", () => {
        set = "";
        locate();
    });
    form.addEventListener("picked", (event) => {
        set = "map";
        put(event.detail.lat, event.detail.lng, 0, words.wordsMap);
    });

    /* with network the office says where it could not find out whose this is; without, nobody would before it is too late to
       remember where it was */
    form.addEventListener("leaving", ({ detail }) => {
        if (navigator.onLine || "too" in (detail.by?.dataset || {})) return;
        if (fields.lat.value) return;
        /* where no map of a township is here, naming one says too little */
        if ("byWords" in words) {
            if (!fields.where.value.trim()) detail.fields.where = words.wordsNone;
        } else if (!fields.township.value) detail.fields.township = words.wordsNone;
    });

    /* near by: told already? */
    const near = form.querySelector("[data-near]");
    let asked = "";
    const look = async () => {
        if (!fields.lat.value || !navigator.onLine) return;
        const query = `lat=${(+fields.lat.value).toFixed(4)}&lon=${(+fields.lon.value).toFixed(4)}&kind=${fields.kind.value}`;
        if (query === asked) return;
        asked = query;
        try {
            const told = await (await fetch(`/report/near/?${query}`, { credentials: "same-origin" })).json();
            near.replaceChildren();
            near.hidden = !told.near.length;
            if (!told.near.length) return;
            near.append(Object.assign(document.createElement("h2"), { textContent: near.dataset.title }));
            for (const one of told.near) {
                const row = Object.assign(document.createElement("button"), {
                    type: "submit",
                    className: "secondary",
                    formNoValidate: true,
                });
                row.setAttribute("formaction", `/report/too/${one.ref}/`);
                row.dataset.too = "";
                const facts = [one.title, near.dataset.away.replace("#", one.metres)];
                if (one.voices) facts.push(near.dataset.told.replace("#", one.voices));
                row.textContent = `${facts.join("\u00a0· ")} — ${near.dataset.too}`;
                near.append(row);
            }
        } catch {
            near.hidden = true;
        }
    };

    /* the kind from the words, until somebody chooses himself */
    const known = JSON.parse(words.keywords);
    let chosen = Boolean(fields.kind.value);
    fields.kind.addEventListener("change", () => {
        chosen = Boolean(fields.kind.value);
        look();
    });
    fields.words.addEventListener("input", () => {
        if (!set && !fields.lat.value) {
            set = "asked";
            locate();
        }
        if (chosen) return;
        let best = "",
            most = 0;
        for (const [code, list] of Object.entries(known)) {
            const weight = list.reduce(
                (sum, word) => sum + (fields.words.value.includes(word) ? word.length : 0),
                0,
            );
            if (weight > most) {
                best = code;
                most = weight;
            }
        }
        fields.kind.value = best;
        look();
    });

    /* where a photo was taken (EXIF GPS), read on the phone; what is sent has none of it */
    const exif = async (file) => {
        const view = new DataView(await file.slice(0, 131072).arrayBuffer());
        if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
        for (let at = 2; at + 10 < view.byteLength; ) {
            if (view.getUint16(at) !== 0xffe1) {
                at += 2 + view.getUint16(at + 2);
                continue;
            }
            const base = at + 10,
                little = view.getUint16(base) === 0x4949;
            const u16 = (n) => view.getUint16(n, little),
                u32 = (n) => view.getUint32(n, little);
            const entries = (dir) =>
                new Map(
                    [...Array(u16(base + dir)).keys()]
                        .map((n) => base + dir + 2 + 12 * n)
                        .map((n) => [u16(n), n]),
                );
            const gps = entries(u32(base + 4)).get(0x8825);
            if (!gps) return null;
            const list = entries(u32(gps + 8));
            const degrees = (tag) => {
                const n = base + u32(list.get(tag) + 8);
                const part = (k) => u32(n + 8 * k) / (u32(n + 8 * k + 4) || 1);
                return part(0) + part(1) / 60 + part(2) / 3600;
            };
            const sign = (tag, minus) =>
                String.fromCharCode(view.getUint8(list.get(tag) + 8)) === minus ? -1 : 1;
            if (![1, 2, 3, 4].every((tag) => list.has(tag))) return null;
            return [degrees(2) * sign(1, "S"), degrees(4) * sign(3, "W")];
        }
        return null;
    };

    /* every photo, small, to tap or stroke over; what is sent are the pictures as they stand here */
    const MOST = 3,
        MOST_PIXELS = 1280;
    const blur = form.querySelector("[data-blur]"),
        photo = form.querySelector("#photo");
    let pictures = [];
    const save = async () => {
        const all = new DataTransfer();
        for (const { canvas } of pictures) {
            const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
            all.items.add(new File([made], "photo.jpg", { type: "image/jpeg" }));
        }
        photo.files = all.files;
        blur.hidden = !pictures.length;
        form.dispatchEvent(new Event("input"));
    };
    const button = (words) =>
        Object.assign(document.createElement("button"), {
            type: "button",
            className: "secondary small",
            textContent: words,
        });
    const frame = (canvas) => {
        const one = { canvas, before: [] };
        const undo = button(blur.dataset.undo),
            remove = button(blur.dataset.remove),
            figure = document.createElement("figure"),
            bar = document.createElement("p");
        bar.className = "pair";
        bar.append(undo, remove);
        canvas.setAttribute("role", "img");
        canvas.setAttribute("aria-label", `${blur.dataset.photo} ${pictures.length + 1}`);
        figure.append(canvas, bar);
        undo.disabled = true;
        /* a finger that scrolls the page blurs nothing: the first spot waits until it is a tap or a stroke */
        let down = null;
        const restore = () => {
            const old = one.before.pop();
            if (old) canvas.getContext("2d").drawImage(old, 0, 0);
            undo.disabled = !one.before.length;
        };
        canvas.addEventListener("pointerdown", (event) => {
            down = { event, drawn: false };
        });
        const begin = () => {
            if (down.drawn) return;
            one.before.push(Strokes.copy(canvas));
            if (one.before.length > 10) one.before.shift();
            down.drawn = true;
            Strokes.stroke(canvas, down.event);
        };
        canvas.addEventListener("pointermove", (event) => {
            if (!down) return;
            begin();
            Strokes.stroke(canvas, event);
        });
        canvas.addEventListener("pointerup", () => {
            if (!down) return;
            begin();
            down = null;
            undo.disabled = false;
            save();
        });
        const cancel = () => {
            if (down?.drawn) restore();
            down = null;
        };
        canvas.addEventListener("pointercancel", cancel);
        canvas.addEventListener("pointerleave", () => {
            if (down?.drawn) {
                undo.disabled = false;
                save();
            }
            down = null;
        });
        undo.addEventListener("click", () => {
            restore();
            save();
        });
        remove.addEventListener("click", () => {
            pictures = pictures.filter((other) => other !== one);
            figure.remove();
            save();
        });
        pictures.push(one);
        blur.prepend(figure);
    };
    const take = async (files) => {
        for (const file of files) {
            if (pictures.length >= MOST) break;
            frame(await Strokes.opened(file, MOST_PIXELS));
        }
        await save();
    };
    /* without the script that strokes no photo goes along: nobody could make unreadable on it what nobody should see. The field
       is empty before the form hears of it and keeps it */
    const unstroked = () => {
        if (typeof Strokes !== "undefined") return false;
        photo.value = "";
        form.querySelector("[data-unstroked]").hidden = false;
        return true;
    };
    /* pictures that this page had before it was left come back as they were */
    photo.addEventListener("restored", () => unstroked() || take([...photo.files]).catch(() => {}));
    photo.addEventListener("change", async () => {
        if (unstroked()) return;
        const files = [...photo.files];
        if (!files.length) {
            await save(); /* taking another one was given up: those that are here stay */
            return;
        }
        try {
            const place = await exif(files[0]);
            if (place && set !== "map") {
                set = "photo";
                put(place[0], place[1], 30, words.wordsPhoto);
            }
        } catch {
            /* no place in it */
        }
        if (!set) locate();
        try {
            await take(files);
        } catch {
            blur.hidden = !pictures.length; /* a format that this browser cannot show goes as it is */
        }
    });
})();
