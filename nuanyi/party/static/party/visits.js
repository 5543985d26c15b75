/* The instructor's day. The list of groups stays sealed on the phone: it is walked, and visits and talks are written, without
   network; keep.js sends them when there is one. */
(() => {
    const PAPER = "visits";
    if (!Drafts.possible()) return;
    const fresh = document.getElementById("paper"),
        list = document.querySelector("[data-list]"),
        form = document.querySelector("form[data-visit]");
    if (!list || !form) return;
    const words = list.dataset;
    const today = () => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date());
    const part = (name, text, kind = "") =>
        Object.assign(document.createElement(name), { textContent: text, className: kind });
    /* a sentence in parts, each with its look; one string where it was kept by an older version */
    const sentence = (name, parts, kind) => {
        const whole = part(name, "", kind);
        whole.append(...[].concat(parts).map((one) => (Array.isArray(one) ? part("span", ...one) : one)));
        return whole;
    };
    const choose = (row) => {
        form.reset();
        form.action = row.action;
        form.elements.namedItem("key").value = crypto.randomUUID();
        form.elements.namedItem("on").value = today();
        form.dataset.title = row.name;
        form.querySelector("[data-of]").textContent = row.name;
        /* a talk has a day and a note; how many were there and of what kind is asked of a visit */
        for (const box of form.querySelectorAll("[data-only-visit]")) {
            box.hidden = Boolean(row.talk);
            for (const field of box.querySelectorAll("input, select")) field.disabled = Boolean(row.talk);
        }
        const notes = form.querySelector("[data-notes]");
        notes.replaceChildren(...(row.notes || []).map((note) => sentence("li", note, "quiet")));
        notes.hidden = !notes.childElementCount;
        form.hidden = false;
        form.querySelector("[data-of]").focus();
        form.scrollIntoView({ block: "start" });
    };
    const draw = async () => {
        const kept = await Drafts.paper(PAPER);
        document.querySelector("[data-none]").hidden = Boolean(kept);
        if (!kept) return;
        const old = document.querySelector("[data-old][data-words]");
        old.textContent = old.dataset.words.replace(
            "#",
            new Intl.DateTimeFormat(document.documentElement.lang, {
                timeZone: "Asia/Shanghai",
                month: "long",
                day: "numeric",
                hour: "2-digit",
                minute: "2-digit",
            }).format(kept.at),
        );
        old.hidden = Boolean(fresh);
        const waiting = new Map();
        for (const draft of await Drafts.all())
            waiting.set(draft.body.action, (waiting.get(draft.body.action) || 0) + 1);
        list.replaceChildren(
            ...kept.body.map((row) => {
                const card = Object.assign(document.createElement("button"), {
                    type: "button",
                    className: "card tap",
                });
                const waits = waiting.has(row.action);
                card.append(
                    part("b", row.name),
                    part("span", row.place),
                    sentence("span", waits ? words.waits : row.last, row.late && !waits ? "late" : "quiet"),
                );
                card.addEventListener("click", () => choose(row));
                return card;
            }),
        );
    };
    document.addEventListener("kept", () => {
        form.hidden = true;
        form.elements.namedItem("key").value = "";
        draw();
    });
    document.addEventListener("kept-sent", draw);
    const begin = async () => {
        if (fresh) await Drafts.keepPaper(PAPER, JSON.parse(fresh.textContent));
        await draw();
    };
    begin();
})();
