/* Both shells: the theme, closing, the bar that says there is no network, the service worker. */
(() => {
    const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

    document.addEventListener("click", (event) => {
        const button = event.target.closest("[data-does]");
        if (!button) return;
        if (button.dataset.does === "theme") {
            const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
            document.documentElement.dataset.theme = next;
            try {
                localStorage.setItem("theme", next);
            } catch {
                /* not remembered */
            }
        }
        if (button.dataset.does === "close") button.closest("dialog")?.close();
    });
    $$("select[data-goes]").forEach((select) =>
        select.addEventListener("change", () => select.form.requestSubmit()),
    );

    const online = () =>
        $$("[data-offline]").forEach((bar) => {
            bar.hidden = navigator.onLine;
        });
    addEventListener("online", online);
    addEventListener("offline", online);
    online();
    if ("serviceWorker" in navigator && window.isSecureContext)
        navigator.serviceWorker.register("/sw.js").catch(() => {});
})();
