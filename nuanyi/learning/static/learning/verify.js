/* Checks a certificate on this phone: Ed25519 by the browser, the list of revoked numbers as it was when this page was last loaded. */
(() => {
    const place = document.querySelector("[data-verify]");
    const field = document.querySelector("#text");
    const bytes = (text) =>
        Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
    const revoked = JSON.parse(place.dataset.revoked);
    const say = (words, good) => {
        place.textContent = words;
        place.classList.toggle("good", Boolean(good));
    };
    const check = async (text) => {
        const told = text.includes("#") ? text.slice(text.indexOf("#") + 1) : text;
        if (!told) return;
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
            if (revoked.includes(number)) say(`${place.dataset.gone} ${number}`);
            else say(`${place.dataset.good}: ${name.join("|")} · ${day} · ${number}`, true);
        } catch {
            say(place.dataset.bad);
        }
    };
    check(location.hash);
    addEventListener("hashchange", () => check(location.hash));
    field.addEventListener("input", () => check(field.value));
})();
