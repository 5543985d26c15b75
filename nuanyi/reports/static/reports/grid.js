/* The grid worker's way. Where he stands goes into one question and nowhere else; the list stays sealed on his phone, so that he
   walks it and mends without network. */
(() => {
    const PAPER = "grid";
    const form = document.querySelector("[data-from-here]"),
        button = form?.querySelector("[data-here]");
    if (button && "geolocation" in navigator && window.isSecureContext) {
        button.hidden = false;
        button.addEventListener("click", () =>
            navigator.geolocation.getCurrentPosition(
                (found) => {
                    form.elements.lat.value = found.coords.latitude.toFixed(4);
                    form.elements.lon.value = found.coords.longitude.toFixed(4);
                    form.submit();
                },
                () => {},
                { timeout: 15000, maximumAge: 60000 },
            ),
        );
    }
    if (!Drafts.possible()) return;
    const fresh = document.getElementById("paper"),
        list = document.querySelector("[data-list]");
    if (fresh) Drafts.keepPaper(PAPER, JSON.parse(fresh.textContent), performance.timeOrigin);
    if (!list) return;

    const mend = document.querySelector("form[data-grid]"),
        words = list.dataset;
    const path = (pk) => `/office/reports/${pk}/mend/`;
    /* a term ends at the midnight after its last day */
    const day = (moment) =>
        new Intl.DateTimeFormat(document.documentElement.lang, {
            timeZone: "Asia/Shanghai",
            month: "long",
            day: "numeric",
            weekday: "short",
        }).format(moment);
    const away = (a, b) => Rides.far(Rides.metres(a.lat, a.lon, b.lat, b.lon), words).join(" ");
    const choose = (row) => {
        mend.hidden = false;
        mend.reset();
        mend.action = path(row.pk);
        mend.elements.key.value = crypto.randomUUID();
        mend.dataset.title = `${row.kind} ${row.ref}`;
        mend.querySelector("[data-of]").textContent = row.kind;
        mend.querySelector("[data-where]").textContent = row.place;
        const rides = mend.querySelector("[data-rides]");
        /* a list that was kept by an older version names no ways */
        rides.replaceChildren(...(row.ways ? [Rides.link(row.ways, rides.dataset.rideThere)] : []));
        mend.querySelector("[data-of]").focus();
        mend.scrollIntoView({ block: "start" });
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
        old.hidden = false;
        const waiting = new Set((await Drafts.all()).map((draft) => draft.body.action));
        /* the paper is older than what was mended since */
        const sent = await Drafts.sentSince(kept.at);
        const rows = kept.body.filter((row) => !sent.has(path(row.pk)));
        list.replaceChildren(
            ...rows.map((row, n) => {
                const card = Object.assign(document.createElement("button"), {
                        type: "button",
                        className: "card tap",
                    }),
                    due = new Date(row.due);
                /* one whose place was told in words alone is so many metres from nowhere */
                const measured = n && typeof row.lat === "number" && typeof rows[n - 1].lat === "number";
                const parts = [
                    measured ? away(rows[n - 1], row) : "",
                    due < new Date()
                        ? words.late
                        : words.due.replace("#", day(new Date(due.getTime() - 1000))),
                    row.state,
                ];
                card.append(
                    Object.assign(document.createElement("b"), { textContent: row.kind }),
                    Object.assign(document.createElement("span"), { textContent: row.place }),
                    Object.assign(document.createElement("span"), {
                        className: "quiet",
                        textContent: waiting.has(path(row.pk))
                            ? words.waits
                            : parts.filter(Boolean).join("\u00a0· "),
                    }),
                );
                card.disabled = waiting.has(path(row.pk));
                card.addEventListener("click", () => choose(row));
                return card;
            }),
        );
        const asked = rows.find((row) => location.pathname === `/grid/${row.pk}/`);
        if (asked && !waiting.has(path(asked.pk)) && mend.hidden) choose(asked);
    };
    document.addEventListener("kept", () => {
        mend.hidden = true;
        draw();
    });
    document.addEventListener("kept-sent", draw);
    draw();
})();
