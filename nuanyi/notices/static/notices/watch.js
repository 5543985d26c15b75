/* Progress as a message on this phone (Push API): asked for on the page of one request or report. */
(() => {
    const form = document.querySelector("form[data-watch]");
    if (!form || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
    form.hidden = false;
    const said = form.querySelector("[data-said]");
    const raw = (text) =>
        Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
    form.addEventListener("submit", async (event) => {
        if (form.elements.to.value) return;
        event.preventDefault();
        try {
            if ((await Notification.requestPermission()) !== "granted") throw new Error("denied");
            const worker = await navigator.serviceWorker.ready;
            const mine = await worker.pushManager.subscribe({
                userVisibleOnly: true,
                applicationServerKey: raw(form.dataset.watch),
            });
            form.elements.to.value = JSON.stringify(mine);
            form.requestSubmit();
        } catch {
            said.textContent = form.dataset.denied;
            said.hidden = false;
        }
    });
})();
