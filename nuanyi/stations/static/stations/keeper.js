/* The keeper's phone without network: which stations he keeps stays sealed here until he signs out; one that he shuts or opens
   is told as soon as there is network, and only for the day on which he said so. */
(() => {
    if (!Drafts.possible()) return;
    const PAPER = "keeper";
    const fresh = document.getElementById("paper");
    if (fresh) Drafts.keepPaper(PAPER, JSON.parse(fresh.textContent), performance.timeOrigin);
    const list = document.querySelector("[data-stations]");
    if (!list) return;
    const form = document.querySelector("form[data-keeper]"),
        words = list.dataset;
    const path = (pk) => `/office/stations/${pk}/door/`;
    const time = (moment) =>
        new Intl.DateTimeFormat(document.documentElement.lang, {
            timeZone: "Asia/Shanghai",
            month: "long",
            day: "numeric",
            hour: "2-digit",
            minute: "2-digit",
            hourCycle: "h23",
        }).format(moment);
    const text = (tag, content, className = "") =>
        Object.assign(document.createElement(tag), { textContent: content, className });
    /* the day in China: a phone that finds network tomorrow shuts nothing tomorrow */
    const today = () => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date());
    const choose = (row) => {
        form.hidden = false;
        form.action = path(row.pk);
        form.dataset.title = row.name;
        form.elements.key.value = crypto.randomUUID();
        form.elements.day.value = today();
        const heading = form.querySelector("[data-of]");
        heading.textContent = row.name;
        heading.focus();
    };
    const draw = async () => {
        const kept = await Drafts.paper(PAPER);
        document.querySelector("[data-none]").hidden = Boolean(kept);
        if (!kept) return;
        const old = document.querySelector("[data-old][data-words]");
        old.textContent = old.dataset.words.replace("#", time(kept.at));
        old.hidden = false;
        const waiting = new Set((await Drafts.all()).map((draft) => draft.body.action));
        const minute = Math.floor(Date.now() / 60e3);
        /* the paper is older than what was tapped since; a tap holds until midnight */
        const sent = await Drafts.sentSince(kept.at);
        const tapped = (row) => {
            const told = sent.get(path(row.pk));
            return told?.day === today() ? told.door === "open" : null;
        };
        list.replaceChildren(
            ...kept.body.map((row) => {
                const card = Object.assign(document.createElement("button"), {
                        type: "button",
                        className: "card tap",
                    }),
                    waits = waiting.has(path(row.pk)),
                    stands = Stations.standing(
                        row.openings.map((second) => second / 60),
                        minute,
                    ),
                    open = tapped(row) ?? stands.open;
                card.append(
                    text("b", row.name),
                    text("span", waits ? words.waits : open ? words.open : words.shut, "quiet"),
                );
                card.disabled = waits;
                card.addEventListener("click", () => choose(row));
                return card;
            }),
        );
        const asked = kept.body.find((row) => location.pathname === `/keeper/${row.code}/`);
        const only = asked || (kept.body.length === 1 ? kept.body[0] : null);
        if (only && !waiting.has(path(only.pk)) && form.hidden) choose(only);
    };
    document.addEventListener("kept", () => {
        form.hidden = true;
        draw();
    });
    document.addEventListener("kept-sent", draw);
    draw();
})();
