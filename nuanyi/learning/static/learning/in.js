/* Sessions on the phone: a number of the phone's own, drawn by itself; a code scanned in a hall without network is kept and sent later. */
(() => {
    const PHONE = "hall.phone";
    const QUEUE = "hall.queue";
    const phone = () => {
        let own = localStorage.getItem(PHONE);
        if (!own) {
            own = crypto.randomUUID
                ? crypto.randomUUID()
                : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
                      (+c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (+c / 4)))).toString(16),
                  );
            localStorage.setItem(PHONE, own);
        }
        return own;
    };
    document.querySelectorAll("[data-phone]").forEach((field) => {
        field.value = phone();
    });

    /* whoever has a place already is offered to give it back, not to take another */
    const form = document.querySelector("form[data-session]");
    if (form && Drafts.possible())
        Drafts.thing("session", form.dataset.session).then((kept) => {
            if (!kept) return;
            const button = form.querySelector("button");
            Object.assign(button, {
                name: "leave",
                value: "1",
                className: "secondary",
                textContent: form.dataset.leave,
            });
            document.querySelector("[data-have]").hidden = false;
        });

    const queue = () => {
        try {
            return JSON.parse(localStorage.getItem(QUEUE)) || [];
        } catch {
            return [];
        }
    };
    const place = document.querySelector("[data-in-kept]");
    const say = (state) => {
        if (place) place.textContent = place.dataset[`words${state[0].toUpperCase()}${state.slice(1)}`];
    };
    if (place && /^\/in\/\w{8}\/[\w-]+\/$/.test(location.pathname)) {
        const kept = queue().filter((one) => one.path !== location.pathname);
        kept.push({ path: location.pathname, at: Date.now() });
        localStorage.setItem(QUEUE, JSON.stringify(kept));
        say("waiting");
    }
    let busy = false;
    const send = async () => {
        if (busy || !queue().length || !navigator.onLine) return;
        busy = true;
        try {
            for (const one of queue()) {
                const { token } = await (await fetch("/door/token/", { credentials: "same-origin" })).json();
                const data = new FormData();
                data.append("phone", phone());
                data.append("waited", String(Math.max(0, Math.round((Date.now() - one.at) / 1000))));
                const answer = await fetch(one.path, {
                    method: "POST",
                    body: data,
                    credentials: "same-origin",
                    headers: { "X-CSRFToken": token, Accept: "application/json" },
                });
                if (answer.status >= 500 || answer.status === 429) break;
                const told = await answer.json().catch(() => ({}));
                /* the network broke it off or was too slow for it: it goes again */
                if (answer.status === 408 || told.code === "cut") continue;
                localStorage.setItem(
                    QUEUE,
                    JSON.stringify(queue().filter((other) => other.path !== one.path)),
                );
                say(answer.ok ? "sent" : "refused");
            }
        } catch {
            /* still no network */
        } finally {
            busy = false;
        }
    };
    addEventListener("online", send);
    setInterval(send, 5000);
    send();
})();
