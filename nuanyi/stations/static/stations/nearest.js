/* Stations on the phone: near me, the last answer without network, stamps, position for a check-in, the map on demand. */
(() => {
    const $ = (selector, root = document) => root.querySelector(selector);
    const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
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
    const round = (degrees) => degrees.toFixed(4); /* ten metres are near enough to find a door by */

    const box = $("#nearest");
    if (box) {
        const words = () => $("[data-words]", box).dataset;
        const tell = (text) => {
            const place = $("[data-told]", box);
            place.textContent = text;
            place.hidden = !text;
        };
        const keep = () =>
            store.set("stations:last", JSON.stringify({ html: box.innerHTML, at: Date.now() }));
        const last = () => {
            const kept = JSON.parse(store.get("stations:last") || "null");
            if (!kept) return false;
            box.innerHTML = kept.html;
            wire();
            const at = new Date(kept.at);
            tell(
                `${words().offlineWords} ${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`,
            );
            return true;
        };
        const ask = async (query) => {
            try {
                const answer = await fetch(`/?${new URLSearchParams([...query, ["part", "rows"]])}`, {
                    credentials: "same-origin",
                });
                if (!answer.ok) throw new Error(String(answer.status));
                box.innerHTML = await answer.text();
                wire();
                keep();
            } catch {
                last();
            }
        };
        const chosen = () => [...new FormData($("[data-ask]", box))].filter(([, value]) => value);
        const here = () => {
            tell(words().looking);
            navigator.geolocation.getCurrentPosition(
                (position) => {
                    const query = chosen().filter(
                        ([name]) => !["lat", "lon", "place", "code"].includes(name),
                    );
                    ask([
                        ...query,
                        ["lat", round(position.coords.latitude)],
                        ["lon", round(position.coords.longitude)],
                    ]);
                },
                () => tell(words().refused),
                { timeout: 10000, maximumAge: 60000, enableHighAccuracy: false },
            );
        };
        const wire = () => {
            const form = $("[data-ask]", box);
            form.addEventListener("submit", (event) => {
                if (form.elements.code.value) return;
                event.preventDefault();
                ask(chosen());
            });
            $$("input[type=checkbox], select", form).forEach((field) =>
                field.addEventListener("change", () => ask(chosen())),
            );
            $("[data-at]", form).addEventListener("change", (event) => {
                const open = form.elements.open;
                open.checked = true;
                open.value = event.target.value || "now";
                ask(chosen());
            });
            $("[data-show]", form).classList.add("only-plain");
            const button = $("[data-here]", form);
            if ("geolocation" in navigator && window.isSecureContext) {
                button.hidden = false;
                button.addEventListener("click", here);
            }
            const map = $("[data-map-button]", box);
            if (map) {
                map.hidden = false;
                map.addEventListener("click", () => {
                    map.hidden = true;
                    show($("[data-station-map]", box));
                });
            }
        };
        wire();
        if (navigator.onLine) keep();
        else last();
        addEventListener("online", () => ask(chosen()));
    }

    /* the map comes when it is asked for; without a base map our own outline is enough */
    const load = (src) =>
        new Promise((done, failed) => {
            document.head.append(
                Object.assign(document.createElement("script"), { src, onload: done, onerror: failed }),
            );
        });
    const show = async (place) => {
        place.hidden = false;
        const [shapes, stations] = await Promise.all([
            fetch("/office/places/map.json").then((a) => a.json()),
            fetch("/api/v1/stations.geojson").then((a) => a.json()),
            load(box.dataset.leaflet),
            new Promise((done) => {
                document.head.append(
                    Object.assign(document.createElement("link"), {
                        rel: "stylesheet",
                        href: box.dataset.leafletStyle,
                        onload: done,
                    }),
                );
            }),
        ]);
        const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
        const map = L.map(place, { scrollWheelZoom: false });
        map.attributionControl.setPrefix("");
        const tiles = box.dataset.tiles;
        if (tiles && new URL(tiles, location).pathname.endsWith(".pmtiles")) {
            await load(box.dataset.pmtiles);
            pmtiles.leafletRasterLayer(new pmtiles.PMTiles(tiles), { maxZoom: 18 }).addTo(map);
        } else if (tiles) L.tileLayer(tiles, { maxZoom: 18 }).addTo(map);
        const flip = ([x, y]) => [y, x];
        const outline = L.polygon(shapes.base.outline.map(flip), {
            color: colour("--lantern"),
            weight: 2,
            fillColor: colour("--paper"),
            fillOpacity: tiles ? 0 : 1,
            attribution: shapes.attribution,
        }).addTo(map);
        shapes.base.river.forEach((line) =>
            L.polyline(line.map(flip), { color: colour("--link"), weight: 4, opacity: 0.6 }).addTo(map),
        );
        L.geoJSON(stations, {
            pointToLayer: (f, at) =>
                L.circleMarker(at, {
                    radius: 11,
                    weight: 3,
                    color: colour(f.properties.open ? "--good" : "--ink-2"),
                    fillColor: colour("--paper"),
                    fillOpacity: 1,
                }),
            onEachFeature: (f, layer) =>
                layer.bindPopup(() => {
                    const link = Object.assign(document.createElement("a"), {
                        href: `/stations/${f.properties.code}/`,
                        textContent: f.properties.name,
                    });
                    return link;
                }),
        }).addTo(map);
        // a district whose outline nobody loaded yet: its stations, else the country
        const seen = [outline.getBounds(), L.geoJSON(stations).getBounds()].find((box) => box.isValid());
        map.fitBounds(
            seen || [
                [18, 73],
                [54, 135],
            ],
        );
    };

    /* how far this station is, if the phone has said before where it is */
    const form = $("form[data-check-in]");
    if (form) {
        const kept = store.get("sector");
        if (kept) form.elements.sector.value = kept;
        form.addEventListener("submit", (event) => {
            store.set("sector", form.elements.sector.value);
            if (
                !("position" in form.dataset) ||
                form.elements.lat.value ||
                !("geolocation" in navigator) ||
                !window.isSecureContext
            )
                return;
            event.preventDefault();
            navigator.geolocation.getCurrentPosition(
                (position) => {
                    form.elements.lat.value = position.coords.latitude.toFixed(5);
                    form.elements.lon.value = position.coords.longitude.toFixed(5);
                    form.submit();
                },
                () => form.submit(),
                { timeout: 15000, maximumAge: 60000, enableHighAccuracy: true },
            );
        });
    }
    const stamp = $("[data-stamp]");
    if (stamp) {
        const stamps = JSON.parse(store.get("stamps") || "[]");
        const day = new Date().toISOString().slice(0, 10);
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
    const copy = $("[data-copy]");
    if (copy && navigator.clipboard) {
        copy.hidden = false;
        copy.addEventListener("click", () =>
            navigator.clipboard.writeText(location.href).then(() => {
                copy.textContent += " ✓";
            }),
        );
    }
    const screen = $("[data-screen]");
    if (screen)
        setInterval(() => {
            screen.src = `${screen.dataset.screen}?${Date.now()}`;
        }, 10000);
    let prompt = null;
    addEventListener("beforeinstallprompt", (event) => {
        event.preventDefault();
        prompt = event;
        const button = $("[data-install]");
        if (button) {
            button.hidden = false;
            button.addEventListener("click", () => prompt.prompt());
        }
    });
})();
