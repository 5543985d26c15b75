/* Checks a certificate on this phone: Ed25519 by the browser, the list of revoked numbers as it was when this page
   was last loaded. */
(() => {
    const place = document.querySelector("[data-verify]");
    const field = document.querySelector("#text");
    const colon = document.documentElement.lang?.startsWith("en") ? ": " : "：";
    const bytes = (text) =>
        Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
    const revoked = JSON.parse(place.dataset.revoked);
    const say = (words, tone = "") => {
        place.textContent = words;
        place.classList.toggle("good", tone === "good");
        place.classList.toggle("bad", tone === "bad");
    };
    const asks = place.textContent;
    const check = async (text) => {
        const told = text.includes("#") ? text.slice(text.indexOf("#") + 1) : text;
        if (!told.trim()) {
            say(asks);
            return;
        }
        /* a number alone proves nothing here, and nothing against it: whether it is ours is asked of the server */
        if (/^[\w-]{4,20}$/.test(told.trim())) {
            say(place.dataset.number);
            return;
        }
        let key;
        try {
            key = await crypto.subtle.importKey(
                "raw",
                bytes(place.dataset.verify),
                { name: "Ed25519" },
                false,
                ["verify"],
            );
        } catch {
            say(place.dataset.cannot);
            return;
        }
        try {
            const [line, signature] = told.trim().split(".");
            const raw = bytes(line);
            if (!(await crypto.subtle.verify({ name: "Ed25519" }, key, bytes(signature), raw)))
                throw new Error("bad");
            const [number, day, ...name] = new TextDecoder().decode(raw).split("|");
            if (revoked.includes(number)) say(`${place.dataset.gone} ${number}`, "bad");
            else say(`${place.dataset.good}${colon}${name.join("|")}\u00a0· ${day}\u00a0· ${number}`, "good");
        } catch {
            say(place.dataset.bad, "bad");
        }
    };
    check(location.hash);
    addEventListener("hashchange", () => check(location.hash));
    field.addEventListener("input", () => check(field.value));
})();
