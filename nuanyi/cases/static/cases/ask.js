/* A page that the phone kept comes back with the same key and without what its address said: each request gets its own key,
   what was tapped on the page before is ticked, and the line of the service list or the station is sent along. */
(() => {
    const form = document.querySelector("form[data-keep]");
    if (!form) return;
    if (crypto.randomUUID) form.elements.key.value = crypto.randomUUID();
    const asked = new URLSearchParams(location.search),
        from = new URLSearchParams();
    for (const name of ["item", "at"]) if (asked.get(name)) from.set(name, asked.get(name));
    if ([...from].length) form.setAttribute("action", `/help/ask/?${from}`);
    /* what was chosen on the page before is not asked again, as on a page that the server made for it */
    const fold = (chooser, chosen) => {
        const more = Object.assign(document.createElement("details"), { className: "more" }),
            title = document.createElement("summary"),
            line = document.createElement("span");
        more.dataset.kind = "";
        title.append(line);
        line.append(
            chosen,
            Object.assign(document.createElement("span"), {
                className: "quiet",
                textContent: `\u00a0· ${form.dataset.else}`,
            }),
        );
        chooser.before(more);
        more.append(title, chooser);
    };
    const choice = [...form.querySelectorAll("[name=kind]")].find(
        (radio) => radio.value === asked.get("kind"),
    );
    if (choice && !form.querySelector("[name=kind]:checked")) {
        choice.checked = true;
        const chooser = choice.closest(".field");
        if (chooser && !choice.closest("[data-kind]"))
            fold(chooser, choice.closest("label").textContent.trim());
    }
    /* what only some kinds need is asked of them alone */
    const show = () =>
        form.querySelectorAll("[data-for]").forEach((part) => {
            part.hidden = !part.dataset.for
                .split(" ")
                .includes(form.querySelector("[name=kind]:checked")?.value);
        });
    form.addEventListener("change", show);
    form.addEventListener("restored", show);
    show();
})();
