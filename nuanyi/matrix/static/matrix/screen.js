/* The big screen keeps itself up to date: a clock, and new numbers every minute. What it last heard stays, with its time. */
(() => {
    const screen = document.querySelector("[data-screen]");
    const clock = screen.querySelector("[data-clock]");
    const asOf = screen.querySelector("[data-as-of]");
    const inChina = new Intl.DateTimeFormat("zh-CN", {
        timeZone: "Asia/Shanghai",
        hour: "2-digit",
        minute: "2-digit",
        hour12: false,
    });

    const tick = () => {
        const words = inChina.format(new Date());
        if (clock.textContent !== words) clock.textContent = words;
    };
    tick();
    setInterval(tick, 1000);

    const show = (told) => {
        for (const [key, value] of Object.entries(told.numbers)) {
            const place = [...screen.querySelectorAll("[data-number]")].find(
                (one) => one.dataset.number === key,
            );
            if (!place) continue;
            place.textContent = value === null ? "—" : value.toLocaleString();
            place.dataset.length = String(place.textContent.length);
            place.closest("div").querySelector("[data-title]").textContent = told.titles[key];
        }
        for (const place of screen.querySelectorAll("[data-year]")) place.textContent = told.year;
        /* without outlines tiles stand for the map */
        for (const tile of screen.querySelectorAll("[data-tile]")) {
            const [value, shade] = told.tiles[tile.dataset.tile] || [null, 0];
            tile.className = `heat-${shade}`;
            tile.querySelector("span").textContent = value === null ? "—" : value.toFixed(1);
        }
        /* the districts of a city side by side */
        for (const row of screen.querySelectorAll("[data-district]")) {
            const values = told.districts[row.dataset.district] || [];
            row.querySelectorAll("td").forEach((cell, n) => {
                const value = values[n] ?? null;
                /* the last is a rate: one place after the point, as the server writes it */
                const said = n === values.length - 1 ? value?.toFixed(1) : value?.toLocaleString();
                cell.textContent = said ?? "—";
            });
        }
        screen.querySelectorAll("[data-head]").forEach((head, n) => {
            head.textContent = told.heads[n] ?? head.textContent;
        });
        for (const name of ["trend", "map", "hours"]) {
            if (!told[name]) continue;
            const words = screen.querySelector(`[data-sentence=${name}]`);
            const place = screen.querySelector(`[data-chart=${name}]`);
            if (words) words.textContent = told[name].sentence;
            if (!place) continue;
            place.setAttribute("aria-label", told[name].sentence);
            place.spec = told[name].spec;
            drawChart(place);
        }
        asOf.textContent = told.as_of;
        screen.classList.remove("lost");
    };

    /* a wall runs for months: from time to time it takes the page anew, and with it what the program learned */
    const begun = Date.now();
    const OLD = 6 * 3600 * 1000;

    const ask = async () => {
        try {
            const answer = await fetch(screen.dataset.screen, {
                headers: { Accept: "application/json" },
                redirect: "manual",
            });
            /* the link was revoked: nothing stays on the wall */
            if (answer.status === 404) location.reload();
            else if (answer.status === 401 || answer.status === 403 || answer.type === "opaqueredirect") {
                asOf.textContent = screen.dataset.out;
                screen.classList.add("lost");
            } else if (answer.ok && Date.now() - begun > OLD) location.reload();
            else if (answer.ok) show(await answer.json());
            else screen.classList.add("lost");
        } catch {
            screen.classList.add("lost");
        }
    };
    setInterval(ask, Number(screen.dataset.every) * 1000);
})();
