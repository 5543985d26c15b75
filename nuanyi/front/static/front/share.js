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
        let files = null;
        /* asked for when a finger comes down: the sheet opens only just after a tap */
        const picture = async () => {
            if (files || !card || !navigator.canShare) return;
            files = [];
            try {
                const answer = await fetch(card, { signal: AbortSignal.timeout(3000) });
                const file = new File([await answer.blob()], "card.png", { type: "image/png" });
                if (answer.ok && navigator.canShare({ files: [file] })) files = [file];
            } catch {
                /* the address alone, then */
            }
        };
        button.addEventListener("pointerdown", picture);
        button.addEventListener("click", async () => {
            const url = location.origin + location.pathname,
                told = { title: document.title, url };
            try {
                if (navigator.share) {
                    await picture();
                    await navigator.share(files?.length ? { ...told, files } : told);
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
