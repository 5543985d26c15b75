/* The lesson of the day as a message on this phone (Push API). Where it is stopped is remembered on the phone only. */
(() => {
    const kept = "nuanyi-daily";
    const done = document.querySelector("[data-stop-link]");
    if (done) localStorage.setItem(kept, done.dataset.stopLink);
    if (document.querySelector("[data-stopped]")) {
        localStorage.removeItem(kept);
        navigator.serviceWorker?.ready
            .then((worker) => worker.pushManager?.getSubscription())
            .then((mine) => mine?.unsubscribe());
    }
    const running = document.querySelector("[data-running]");
    if (running && localStorage.getItem(kept)) {
        running.querySelector("a").href = localStorage.getItem(kept);
        running.hidden = false;
    }
    const form = document.querySelector("form[data-daily]");
    if (!form || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
    const button = form.querySelector("[data-push]"),
        said = form.querySelector("[data-said]");
    button.hidden = false;
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
                applicationServerKey: raw(form.dataset.key),
            });
            form.elements.to.value = JSON.stringify(mine);
            form.requestSubmit(button);
        } catch {
            said.textContent = form.dataset.denied;
            said.hidden = false;
        }
    });
})();
