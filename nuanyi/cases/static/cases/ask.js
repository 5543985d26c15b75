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
    const choice = [...form.querySelectorAll("[name=kind]")].find(
        (radio) => radio.value === asked.get("kind"),
    );
    if (choice && !form.querySelector("[name=kind]:checked")) choice.checked = true;
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
