/* A station's page, the check-in at its wall and the keeper's screen. A page that the phone kept is computed again with the
   clock. */
(() => {
    const $ = (selector, root = document) => root.querySelector(selector);
    const STALE = 120; // s
    const store = {
        get(name) {
            try {
                return localStorage.getItem(name);
            } catch {
                return null;
            }
        },
        set(name, value) {
            try {
                localStorage.setItem(name, value);
            } catch {
                /* not kept */
            }
        },
        drop(name) {
            try {
                localStorage.removeItem(name);
            } catch {
                /* nothing there */
            }
        },
    };
    const element = (tag, parts = {}, ...children) => {
        const made = Object.assign(document.createElement(tag), parts);
        made.append(...children);
        return made;
    };
    const locate = (found, lost, precise) =>
        navigator.geolocation.getCurrentPosition(found, lost, {
            timeout: 15000,
            maximumAge: 60000,
            enableHighAccuracy: precise,
        });
    const locates = "geolocation" in navigator && window.isSecureContext;

    const page = $("[data-station]");
    if (page) {
        const words = $("[data-words]").dataset,
            mine = page.dataset,
            code = mine.station || location.pathname.split("/").filter(Boolean).pop();
        const sign = (name) => $(`[data-sign=${name}] svg`).cloneNode(true);
        const shown = (row) => {
            const minute = Stations.minute(),
                open = row.open && row.known;
            $("[data-state]", page).replaceChildren(
                element(
                    "span",
                    { className: open ? "open" : "shut" },
                    sign(open ? "open" : "shut"),
                    Stations.state(row, minute, words),
                ),
            );
        };
        const when = (seconds) =>
            new Intl.DateTimeFormat(document.documentElement.lang, {
                timeZone: "Asia/Shanghai",
                month: "long",
                day: "numeric",
                hour: "2-digit",
                minute: "2-digit",
                hourCycle: "h23",
            }).format(seconds * 1e3);
        const tell = (made) => {
            const place = $("[data-told]", page);
            place.textContent = words.kept.replace("#", when(made));
            place.hidden = false;
            /* who was there lately was there before the page was kept */
            $("[data-said]")?.remove();
        };
        /* the page that was never opened with network */
        const fill = (row) => {
            document.title = row.name;
            $("h1[data-name]").textContent = row.name;
            $("[data-place]").textContent = row.place;
            const ride = element("a", {
                className: "button",
                href: row.ways.amap,
                textContent: words.rideThere,
            });
            Object.assign(ride.dataset, { ride: "", ...row.ways });
            $("[data-rides]").replaceChildren(ride);
            $("[data-owners]").textContent = row.owners ? words.runBy.replace("#", row.owners) : "";
            $("[data-things]").replaceChildren(
                ...row.kinds.map((kind) =>
                    element("li", {
                        textContent: words[`kind${kind[0].toUpperCase()}${kind.slice(1)}`] || kind,
                    }),
                ),
            );
            Object.assign(mine, { lat: row.lat, lon: row.lon, name: row.name });
        };
        const compute = async () => {
            const made = Number(mine.made),
                file = await Stations.file(),
                row = file && Stations.one(file, code, Stations.minute());
            if (row && !mine.station) fill(row);
            if (row && file.made_at > made) {
                shown(row);
                tell(file.made_at);
            } else if (made) {
                const openings = JSON.parse(mine.openings || "[]").map((second) => second / 60),
                    until = made + 7 * 86400;
                shown({
                    ...Stations.standing(openings, Stations.minute()),
                    known: Date.now() / 1e3 < until,
                    paused: "reason" in mine,
                    reason: mine.reason,
                });
                tell(made);
            }
        };
        const away = () => {
            const kept = (() => {
                try {
                    return JSON.parse(sessionStorage.getItem("stations"))?.at;
                } catch {
                    return null;
                }
            })();
            if (!kept || !mine.lat) return;
            const place = $("[data-away]", page);
            place.textContent = Stations.away(
                Rides.metres(kept.lat, kept.lon, Number(mine.lat), Number(mine.lon)),
                words,
            );
            place.hidden = false;
        };
        const stale = () => !navigator.onLine || Date.now() / 1e3 - Number(mine.made) > STALE;
        const begin = async () => {
            if (stale()) await compute();
            away();
            Rides.use(document);
        };
        begin();
        setInterval(() => {
            if (!navigator.onLine && !document.hidden) compute();
        }, 60e3);
        document.querySelectorAll("[data-app]").forEach((link) =>
            link.addEventListener("click", () => {
                Rides.choose(link.dataset.app);
                Rides.use(document);
            }),
        );
        const favourite = $("[data-favourite]");
        if (favourite && Drafts.possible()) {
            const draw = async () => {
                const on = Boolean(await Drafts.thing("station", code));
                favourite.setAttribute("aria-pressed", String(on));
                favourite.textContent = on ? favourite.dataset.on : favourite.dataset.off;
                favourite.hidden = false;
            };
            favourite.addEventListener("click", async () => {
                if (await Drafts.thing("station", code)) await Drafts.dropThing("station", code);
                else
                    await Drafts.keepThing("station", code, {
                        title: mine.name,
                        link: `/stations/${code}/`,
                    });
                draw();
            });
            draw();
        }
    }

    /* whoever says that it is open stands there; the position is thrown away */
    const here = $("form[data-confirm]");
    if (here && locates)
        here.addEventListener("submit", (event) => {
            if (here.elements.lat.value) return;
            event.preventDefault();
            locate(
                ({ coords }) => {
                    here.elements.lat.value = coords.latitude.toFixed(5);
                    here.elements.lon.value = coords.longitude.toFixed(5);
                    here.submit();
                },
                () => here.submit(),
                true,
            );
        });

    const form = $("form[data-check-in]");
    if (form) {
        const kept = store.get("sector");
        if (kept) form.elements.sector.value = kept;
        form.addEventListener("submit", (event) => {
            store.set("sector", form.elements.sector.value);
            if (!("position" in form.dataset) || form.elements.lat.value || !locates) return;
            event.preventDefault();
            locate(
                ({ coords }) => {
                    form.elements.lat.value = coords.latitude.toFixed(5);
                    form.elements.lon.value = coords.longitude.toFixed(5);
                    form.submit();
                },
                () => form.submit(),
                true,
            );
        });
    }
    const stamp = $("[data-stamp]");
    if (stamp) {
        const stamps = JSON.parse(store.get("stamps") || "[]");
        /* the day in China, whatever the phone's own clock is set to */
        const day = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date());
        if (!stamps.some(([code, at]) => code === stamp.dataset.stamp && at === day))
            stamps.push([stamp.dataset.stamp, day]);
        store.set("stamps", JSON.stringify(stamps.slice(-200)));
        $("[data-stamps]").textContent = `${"● ".repeat(Math.min(20, stamps.length))}${stamps.length}`;
        stamp.hidden = false;
        $("[data-forget-stamps]").addEventListener("click", () => {
            store.drop("stamps");
            stamp.hidden = true;
        });
    }
    const screen = $("[data-screen]");
    if (screen)
        setInterval(() => {
            screen.src = `${screen.dataset.screen}?${Date.now()}`;
        }, 10000);
})();
