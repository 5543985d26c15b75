/* My things: what this phone sent, with its link and code, kept sealed here and nowhere else; and the page without network,
   which leaves by itself as soon as there is one. */
(() => {
    const colon = document.documentElement.lang?.startsWith("en") ? ": " : "：";
    const retry = document.querySelector("[data-retry]");
    if (retry) {
        /* the address is still that of the page which did not come; under its own it stays */
        const back = () => location.pathname === "/offline/" || location.reload();
        addEventListener("online", back);
        const asked = document.querySelector("[data-asked]");
        if (asked) asked.hidden = location.pathname === "/offline/" || !location.search;
        /* some phones say nothing when the network is back */
        setInterval(
            () =>
                fetch("/healthz", { method: "HEAD", cache: "no-store" }).then(
                    (answer) => answer.ok && back(),
                    () => {},
                ),
            8000,
        );
        if (Drafts.possible() && Drafts.whose())
            document.querySelectorAll("[data-staff]").forEach((link) => {
                link.hidden = false;
            });
    }
    const sizes = document.querySelectorAll("button[data-size]");
    const size = (wanted) => {
        document.documentElement.dataset.size = wanted;
        sizes.forEach((button) => {
            button.setAttribute("aria-pressed", String(button.dataset.size === wanted));
        });
    };
    if (sizes.length) size(document.documentElement.dataset.size || "");
    sizes.forEach((button) =>
        button.addEventListener("click", () => {
            size(button.dataset.size);
            try {
                localStorage.setItem("text", button.dataset.size);
            } catch {
                /* for this page only */
            }
        }),
    );
    const list = document.querySelector("[data-mine]");
    if (!list) return;
    const words = list.dataset,
        find = document.querySelector("[data-mine-find]"),
        clear = document.querySelector("[data-mine-clear]"),
        none = document.querySelector("[data-mine-none]");
    if (!Drafts.possible()) {
        none.textContent = words.cannot;
        none.hidden = false;
        document.querySelectorAll(".awaits").forEach((needs) => {
            needs.hidden = true;
        });
        return;
    }
    const sort = (link) =>
        words[{ c: "help", r: "report", told: "fault", v: "volunteer" }[link.split("/")[1]]] || "";
    const day = (moment) =>
        new Intl.DateTimeFormat(document.documentElement.lang, {
            timeZone: "Asia/Shanghai",
            month: "long",
            day: "numeric",
            hour: "2-digit",
            minute: "2-digit",
        }).format(moment);
    const text = (tag, className, content) =>
        Object.assign(document.createElement(tag), { className, textContent: content });
    /* parts that go over the line as a whole; a dot ends a line and begins none */
    const line = (className, ...parts) => {
        const made = text("p", className, "");
        parts.forEach((part, n) =>
            made.append(text("span", "nowrap", n < parts.length - 1 ? `${part} ·` : part), " "),
        );
        return made;
    };
    const plain = (code) => code.toUpperCase().replace(/[^0-9A-Z]/g, "");
    const draw = async () => {
        const wanted = find.value.trim(),
            all = await Drafts.answers(),
            things = await Drafts.things(),
            waits = (await Drafts.ownWaiting()).filter(
                ({ body }) =>
                    !wanted || [body.title, body.words].some((part) => (part || "").includes(wanted)),
            );
        /* favourites, certificates and the like stand in lists of their own (keep.js) and are found by the same words */
        let found = 0;
        for (const item of document.querySelectorAll("[data-things] li")) {
            item.hidden = !item.textContent.includes(wanted);
            if (!item.hidden) found += 1;
        }
        const shown = all.filter(
            ({ body }) =>
                !wanted ||
                [body.title, body.words, sort(body.link)].some((part) => (part || "").includes(wanted)) ||
                (plain(wanted) &&
                    [body.number, body.code].some((part) => plain(part || "").includes(plain(wanted)))),
        );
        list.replaceChildren(
            ...waits.map(({ body }) => {
                const item = text("li", "card", "");
                item.append(
                    text("b", "", body.title || ""),
                    text("p", "", body.words || ""),
                    line("quiet", day(body.at), words.waiting),
                );
                return item;
            }),
            ...shown.map(({ at, body }) => {
                const item = document.createElement("li"),
                    link = Object.assign(document.createElement("a"), {
                        href: body.link,
                        className: "card tap",
                    });
                link.append(
                    text("b", "", [sort(body.link), body.title].filter(Boolean).join(colon)),
                    text("p", "", body.words || ""),
                    line(
                        "quiet",
                        ...[day(at), body.number && `${words.number} ${body.number}`].filter(Boolean),
                    ),
                );
                if (body.code) link.append(line("", `${words.code} ${body.code}`));
                item.append(link);
                return item;
            }),
        );
        find.closest(".field").hidden = all.length + things.length < 2;
        none.hidden = Boolean(shown.length || waits.length || (wanted && found));
        none.textContent = wanted ? words.nothing : words.none;
        const feed = document.querySelector("[data-feed]"),
            own = localStorage.getItem("hall.phone");
        if (feed && own && things.some(({ body }) => body.sort === "session")) {
            feed.querySelector("a").href = feed.dataset.feed.replace(/[0-]{36}/, own);
            feed.hidden = false;
        }
    };
    /* there may be more than the lists show: what was learned, stamps, the number of this phone at sessions */
    clear.classList.remove("awaits");
    const messages = document.querySelector("[data-messages]");
    if (messages && window.Notification) {
        messages.textContent = messages.dataset[Notification.permission];
        messages.classList.remove("awaits");
    } else if (messages) messages.hidden = true;
    find.addEventListener("input", draw);
    clear.addEventListener("click", async () => {
        if (!confirm(words.sure)) return;
        await Drafts.clearOwn();
        document.dispatchEvent(new CustomEvent("cleared"));
        document.querySelectorAll("[data-things]").forEach((kept) => {
            kept.previousElementSibling?.matches("h2.of-things") && kept.previousElementSibling.remove();
            kept.hidden = true;
            kept.replaceChildren();
        });
        if (document.querySelector("[data-feed]")) document.querySelector("[data-feed]").hidden = true;
        await globalThis.caches?.delete("pictures");
        draw();
    });
    document.addEventListener("kept-sent", draw);
    draw();
})();
