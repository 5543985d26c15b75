/* What belongs to a worker, kept on the server too if he wants: what he learned, his ways back, favourites and certificates (never
   the words of what he wrote), sealed here by a code that never leaves the phone. From the code come the
   name under which it lies (SHA-256) and the key (AES-GCM); what two phones kept is merged on the phone. */
(() => {
    const place = document.querySelector("[data-progress]");
    if (!place || !Drafts.possible()) return;
    const CODE = "learn.code",
        DONE = "learn.done",
        CARDS = "learn.cards",
        SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
    const said = place.querySelector("[data-said]"),
        kept = (name) => {
            try {
                return JSON.parse(localStorage.getItem(name)) || {};
            } catch {
                return {};
            }
        };
    const digest = async (text) =>
        new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    const plain = (code) => [...code.toUpperCase()].filter((sign) => SIGNS.includes(sign)).join("");
    const named = async (code) =>
        [...(await digest(`nuanyi progress name ${code}`))]
            .map((byte) => byte.toString(16).padStart(2, "0"))
            .join("");
    const keyed = async (code) =>
        crypto.subtle.importKey("raw", await digest(`nuanyi progress key ${code}`), "AES-GCM", false, [
            "encrypt",
            "decrypt",
        ]);
    const to64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")),
        from64 = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

    const call = async (fields) => {
        const { token } = await (await fetch("/door/token/", { credentials: "same-origin" })).json(),
            data = new FormData();
        Object.entries(fields).forEach(([name, value]) => data.append(name, value));
        return fetch("/learn/kept/", {
            method: "POST",
            body: data,
            credentials: "same-origin",
            headers: { "X-CSRFToken": token, Accept: "application/json" },
        });
    };
    const newer = (a, b, of) => {
        const all = { ...a };
        for (const [name, value] of Object.entries(b))
            if (!all[name] || of(value) > of(all[name])) all[name] = value;
        return all;
    };

    /* true where it is kept, false where the code is unknown */
    const sync = async (code, makes) => {
        const id = await named(code),
            key = await keyed(code);
        for (let turn = 0; turn < 3; turn += 1) {
            const answer = await call({ id, does: "read" });
            if (answer.status === 404 && !makes) return false;
            if (answer.status !== 404 && !answer.ok) throw new Error("later");
            let there = { done: {}, cards: {}, answers: [], things: [] },
                version = 0;
            if (answer.ok) {
                const told = await answer.json(),
                    raw = from64(told.blob);
                version = told.version;
                there = JSON.parse(
                    new TextDecoder().decode(
                        await crypto.subtle.decrypt(
                            { name: "AES-GCM", iv: raw.slice(0, 12) },
                            key,
                            raw.slice(12),
                        ),
                    ),
                );
            }
            await Drafts.takeIn(there);
            const order = (a, b) => (a.id < b.id ? -1 : 1);
            const ways = (await Drafts.answers()).map(
                ({ id, body: { words: _words, away: _away, ...body } }) => ({
                    id,
                    body,
                }),
            );
            const things = (await Drafts.things()).map(({ id, body }) => ({ id, body }));
            const all = {
                answers: ways.sort(order),
                things: things.sort(order),
                done: newer(kept(DONE), there.done, (day) => day),
                cards: newer(kept(CARDS), there.cards, (card) => card.due),
            };
            localStorage.setItem(DONE, JSON.stringify(all.done));
            localStorage.setItem(CARDS, JSON.stringify(all.cards));
            if (version && JSON.stringify(all) === JSON.stringify(there)) return true;
            const iv = crypto.getRandomValues(new Uint8Array(12)),
                sealed = new Uint8Array(
                    await crypto.subtle.encrypt(
                        { name: "AES-GCM", iv },
                        key,
                        new TextEncoder().encode(JSON.stringify(all)),
                    ),
                );
            const written = await call({ id, does: "write", version, blob: to64([...iv, ...sealed]) });
            if (written.ok) return true;
            if (written.status !== 409) throw new Error("later");
        }
        throw new Error("later");
    };
    const show = () => {
        const code = localStorage.getItem(CODE);
        place.querySelector("[data-on]").hidden = !code;
        place.querySelector("[data-off]").hidden = Boolean(code);
        place.querySelector("[data-code]").textContent = code ? code.match(/.{1,4}/g).join(" ") : "";
    };
    const use = async (code, makes) => {
        try {
            const known = await sync(code, makes);
            if (known) localStorage.setItem(CODE, code);
            else localStorage.removeItem(CODE);
            said.textContent = known ? place.dataset.done : place.dataset.unknown;
        } catch {
            said.textContent = place.dataset.noNetwork;
        }
        show();
    };
    place.classList.remove("awaits");
    place.querySelector("[data-make]").addEventListener("click", () => {
        /* bytes from 240 on would favour some signs */
        const picked = [...crypto.getRandomValues(new Uint8Array(80))]
            .filter((byte) => byte < 240)
            .slice(0, 20);
        use(picked.map((byte) => SIGNS[byte % SIGNS.length]).join(""), true);
    });
    place.querySelector("[data-have]").addEventListener("submit", async (event) => {
        event.preventDefault();
        await use(plain(event.target.elements.code.value), false);
        if (localStorage.getItem(CODE)) location.reload(); /* the lists show what came from elsewhere */
    });
    const drop = async () => {
        try {
            const answer = await call({ id: await named(localStorage.getItem(CODE)), does: "drop" });
            if (!answer.ok) throw new Error("later");
            localStorage.removeItem(CODE);
            said.textContent = "";
        } catch {
            said.textContent = place.dataset.noNetwork;
        }
        show();
    };
    place.querySelector("[data-drop]").addEventListener("click", drop);
    /* what was cleared here does not come back from there */
    document.addEventListener("cleared", () => localStorage.getItem(CODE) && drop());
    show();
    if (localStorage.getItem(CODE) && navigator.onLine) use(localStorage.getItem(CODE), false);
})();
