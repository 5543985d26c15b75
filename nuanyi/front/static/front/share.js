/* A page is handed on: by the phone's own sheet, with its picture where the sheet takes one; else its address is copied. Within
   WeChat a page may open neither: there its owner taps the dots above, and is told so. */
(() => {
    const wechat = /MicroMessenger/i.test(navigator.userAgent);
    document.querySelectorAll("[data-share]").forEach((button) => {
        const { card, done, wechat: words } = button.dataset;
        if (wechat && words) {
            button.after(
                Object.assign(document.createElement("span"), { className: "quiet", textContent: words }),
            );
            return;
        }
        if (!navigator.share && !navigator.clipboard) return;
        button.hidden = false;
        const fetched = async () => {
            if (!card || !navigator.canShare) return null;
            try {
                const answer = await fetch(card, { signal: AbortSignal.timeout(3000) });
                const file = new File([await answer.blob()], "card.png", { type: "image/png" });
                return answer.ok && navigator.canShare({ files: [file] }) ? [file] : null;
            } catch {
                return null; /* the address alone, then */
            }
        };
        let asked = null;
        /* asked for once, when a finger comes down: the sheet opens only just after a tap, and waits for it */
        const picture = () => {
            asked ||= fetched();
            return asked;
        };
        button.addEventListener("pointerdown", picture);
        button.addEventListener("click", async () => {
            const url = location.origin + location.pathname,
                told = { title: document.title, url };
            try {
                if (navigator.share) {
                    const files = await picture();
                    await navigator.share(files ? { ...told, files } : told);
                } else {
                    await navigator.clipboard.writeText(url);
                    button.textContent = done;
                }
            } catch {
                /* given up by its owner */
            }
        });
    });
})();
