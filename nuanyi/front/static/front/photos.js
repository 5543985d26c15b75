/* Several photos one after the other: what is chosen is added to what is there, each is shown and can be left out. */
(() => {
    const field = document.querySelector("input[type=file][data-photos]");
    if (!field || !window.DataTransfer) return;
    const words = (field.closest("[data-most]") || field).dataset,
        most = Number(words.most),
        shelf = Object.assign(document.createElement("div"), { className: "thumbs" });
    /* the browser's own words stand beside its own button, in the phone's language and not in the page's */
    const label = Object.assign(document.createElement("label"), {
        className: "button secondary",
        htmlFor: field.id,
        textContent: words.add,
    });
    field.classList.add("sr");
    field.after(label, shelf);
    let kept = [];
    const show = () => {
        const box = new DataTransfer();
        for (const file of kept) box.items.add(file);
        field.files = box.files;
        shelf.querySelectorAll("img").forEach((shown) => URL.revokeObjectURL(shown.src));
        shelf.replaceChildren(
            ...kept.map((file, place) => {
                const figure = document.createElement("figure"),
                    picture = Object.assign(document.createElement("img"), {
                        className: "photo thumb",
                        src: URL.createObjectURL(file),
                        alt: `${words.photo} ${place + 1}`,
                    }),
                    drop = Object.assign(document.createElement("button"), {
                        type: "button",
                        className: "secondary small",
                        textContent: words.remove,
                    });
                drop.setAttribute("aria-label", `${words.remove} ${place + 1}`);
                drop.addEventListener("click", () => {
                    kept = kept.filter((other) => other !== file);
                    show();
                    field.form.dispatchEvent(new Event("change", { bubbles: true }));
                });
                figure.append(picture, drop);
                return figure;
            }),
        );
    };
    field.addEventListener("change", () => {
        /* where one photo is wanted, the new one takes the place of the old */
        kept = most === 1 && field.files.length ? [...field.files] : [...kept, ...field.files].slice(0, most);
        show();
    });
    /* a page without network uses its one form for one thing after the other */
    field.form?.addEventListener("reset", () => {
        kept = [];
        shelf.replaceChildren();
    });
    field.addEventListener("restored", () => {
        kept = [...field.files].slice(0, most);
        show();
    });
})();
