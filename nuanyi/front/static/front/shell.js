/* Both shells: the theme, closing, copying and sharing a link, the bar that says there is no network, the service worker. */
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

    /* a form carries a key, so that what is sent twice counts once: a page that comes back from the browser's memory, or
       stays after its form was sent, is a new intention */
    const renew = (root) => {
        if (!crypto.randomUUID) return;
        $$("input[name=once]", root).forEach((field) => {
            field.value = crypto.randomUUID();
        });
    };
    addEventListener("pageshow", () => renew(document));
    document.addEventListener("htmx:afterRequest", (event) => {
        if (event.detail.successful) renew(event.target);
    });

    const online = () =>
        $$("[data-offline]").forEach((bar) => {
            bar.hidden = navigator.onLine;
        });
    addEventListener("online", online);
    addEventListener("offline", online);
    online();
    /* a link into a group or a friend's chat: this page's, or the one that the button names */
    $$("[data-copy]").forEach((button) => {
        if (!navigator.clipboard) return;
        button.hidden = false;
        button.addEventListener("click", () =>
            navigator.clipboard
                .writeText(button.dataset.copy || location.origin + location.pathname)
                .then(() => {
                    button.textContent += " ✓";
                }),
        );
    });
    /* What was kept is sent from any page. A page without a form needs the scripts for it only where something was ever
       kept: whoever comes for the first time does not wait for them. */
    const later = document.querySelector("meta[name=scripts-later]");
    if (later && window.indexedDB)
        addEventListener("load", async () => {
            const there = await indexedDB.databases?.().catch(() => null);
            if (there && !there.some(({ name }) => name === "nuanyi")) return;
            for (const src of later.content.split(" "))
                document.head.append(Object.assign(document.createElement("script"), { src, async: false }));
        });
    addEventListener("beforeinstallprompt", (event) => {
        event.preventDefault();
        $$("[data-install]").forEach((button) => {
            button.hidden = false;
            button.addEventListener("click", () => event.prompt());
        });
    });
    if ("serviceWorker" in navigator && window.isSecureContext)
        navigator.serviceWorker.register("/sw.js").catch(() => {});
})();
