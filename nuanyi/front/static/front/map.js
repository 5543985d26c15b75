/* Maps, loaded when they are asked for. */
(() => {
    const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

    /* maps are loaded when they are asked for */
    const draw = async (place) => {
        /* shown by a button while this file was still coming, it is drawn by the file and by the button */
        if ("drawn" in place.dataset) return;
        place.dataset.drawn = "";
        await Promise.all([load(place.dataset.script), style(place.dataset.style)]);
        const data = await (await fetch(place.dataset.map)).json();
        const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
        const map = L.map(place, { attributionControl: true, scrollWheelZoom: false, zoomControl: false });
        /* the library speaks English only */
        const words = data.words?.[document.documentElement.lang.toLowerCase()];
        L.control.zoom({ zoomInTitle: words?.zoomIn, zoomOutTitle: words?.zoomOut }).addTo(map);
        map.on("popupopen", ({ popup }) =>
            popup
                .getElement()
                .querySelector(".leaflet-popup-close-button")
                ?.setAttribute("aria-label", words?.close),
        );
        map.attributionControl.setPrefix("");
        if (
            place.dataset.tiles &&
            new URL(place.dataset.tiles, location.href).pathname.endsWith(".pmtiles")
        ) {
            await load(place.dataset.pmtiles);
            pmtiles.leafletRasterLayer(new pmtiles.PMTiles(place.dataset.tiles), { maxZoom: 18 }).addTo(map);
        } else if (place.dataset.tiles) L.tileLayer(place.dataset.tiles, { maxZoom: 18 }).addTo(map);
        const flip = ([x, y]) => [y, x];
        const outline = L.polygon(data.base.outline.map(flip), {
            color: colour("--lantern"),
            weight: 2,
            fillColor: colour("--paper"),
            fillOpacity: place.dataset.tiles ? 0 : 1,
            attribution: data.attribution?.[document.documentElement.lang.startsWith("zh") ? "zh" : "en"],
        }).addTo(map);
        data.base.river.forEach((line) =>
            L.polyline(line.map(flip), { color: colour("--link"), weight: 4, opacity: 0.6 }).addTo(map),
        );
        L.geoJSON(data.grids, {
            style: { color: colour("--line-2"), weight: 1, fillOpacity: 0 },
            onEachFeature: (f, layer) => layer.bindTooltip(f.properties.name),
        }).addTo(map);
        L.geoJSON(data.townships, {
            style: { color: colour("--lantern"), weight: 2, fillOpacity: 0 },
            interactive: false,
        }).addTo(map);
        L.geoJSON(data.townships).eachLayer((layer) =>
            /* below the pins and a little aside where there are any: a name neither hides what stands there nor is hidden */
            L.tooltip({
                permanent: true,
                direction: place.dataset.points || place.dataset.stations ? "bottom" : "center",
                offset: place.dataset.points || place.dataset.stations ? [0, 14] : [0, 0],
                className: "place",
                pane: "shadowPane",
            })
                .setLatLng(layer.getBounds().getCenter())
                .setContent(layer.feature.properties.name)
                .addTo(map),
        );
        if (place.dataset.stations) {
            const told = await (await fetch(place.dataset.stations)).json();
            for (const s of told.stations) {
                const at = [s.lat, s.lon],
                    serves = s.state === "open" || s.state === "paused";
                if (serves)
                    told.rings.forEach((metres) =>
                        L.circle(at, {
                            radius: metres,
                            weight: 1,
                            color: colour("--good"),
                            opacity: 0.5,
                            fillColor: colour("--good"),
                            fillOpacity: 0.05,
                            interactive: false,
                        }).addTo(map),
                    );
                const link = Object.assign(document.createElement("a"), {
                    href: s.href,
                    textContent: s.name,
                });
                L.circleMarker(at, {
                    pane: "markerPane",
                    radius: 8,
                    weight: 3,
                    color: colour(s.open ? "--good" : "--ink-2"),
                    fillColor: colour("--paper"),
                    fillOpacity: 1,
                })
                    .bindPopup(link)
                    .addTo(map);
            }
        }
        /* name, how it stands and the way there: known by the file that the phone keeps of all stations */
        const about = (station) => {
            const box = document.createElement("div");
            box.append(
                Object.assign(document.createElement("a"), {
                    href: `/stations/${station.code}/`,
                    textContent: station.name,
                }),
            );
            const words = document.querySelector("p[data-words]")?.dataset;
            if (typeof Stations === "undefined" || !words) return box;
            Stations.file().then((file) => {
                const row = file && Stations.one(file, station.code, Stations.minute());
                if (!row) return;
                const ride = Object.assign(document.createElement("a"), {
                    href: row.ways.amap,
                    textContent: words.rideThere,
                    rel: "noreferrer",
                });
                Object.assign(ride.dataset, { ride: "", ...row.ways });
                box.append(
                    Object.assign(document.createElement("p"), {
                        textContent: Stations.state(row, Stations.minute(), words),
                    }),
                    ride,
                );
                Rides.use(box);
            });
            return box;
        };
        /* lines without streets say so */
        if (!place.dataset.tiles && place.dataset.bare)
            place.after(
                Object.assign(document.createElement("p"), {
                    className: "quiet",
                    textContent: place.dataset.bare,
                }),
            );
        let shown = null;
        if (place.dataset.points) {
            /* an address, or the name of what the page holds already */
            const from = place.dataset.points;
            const points = from.startsWith("#")
                ? JSON.parse(document.querySelector(from).textContent)
                : await (await fetch(from)).json();
            /* a finger needs 48 pixels; open is a full dot, shut a ring: never by colour alone */
            const pin = (good) =>
                L.divIcon({
                    className: `pin ${good ? "good" : "not"}`,
                    html: "<span></span>",
                    iconSize: [48, 48],
                });
            shown = L.geoJSON(points, {
                pointToLayer: (f, at) =>
                    L.marker(at, {
                        icon: pin("open" in f.properties ? f.properties.open : f.properties.count !== 0),
                        title: f.properties.name || f.properties.kind,
                        alt: f.properties.name || f.properties.kind,
                    }),
                onEachFeature: (f, layer) =>
                    layer.bindPopup(() =>
                        f.properties.code
                            ? about(f.properties)
                            : Object.assign(document.createElement("span"), {
                                  textContent: f.properties.kind,
                              }),
                    ),
            }).addTo(map);
        }
        // a district whose outline nobody loaded yet: its townships, else the country
        const seen = [outline.getBounds(), L.geoJSON(data.townships).getBounds(), shown?.getBounds()].find(
            (box) => box?.isValid(),
        );
        map.fitBounds(
            seen || [
                [18, 73],
                [54, 135],
            ],
            { animate: false },
        );
        /* whoever opens the map before the phone knows where it is finds himself on it all the same */
        let me;
        const standing = () => {
            if (!place.dataset.meLat) return;
            me?.remove();
            me = L.circleMarker([+place.dataset.meLat, +place.dataset.meLon], {
                radius: 9,
                weight: 4,
                color: colour("--link"),
                fillColor: colour("--paper"),
                fillOpacity: 1,
            })
                .bindTooltip(place.dataset.here, { permanent: true, direction: "right" })
                .addTo(map);
            map.setView(me.getLatLng(), 14, { animate: false });
        };
        standing();
        place.addEventListener("located", standing);
        /* a form that only asks goes at once; one that is filled in gets its pin and waits */
        const fills = "fills" in place.dataset;
        const field = document.querySelector("[name=point]");
        if (field && !fills)
            map.on("click", (event) => {
                field.value = `${event.latlng.lat.toFixed(5)}, ${event.latlng.lng.toFixed(5)}`;
                field.form.requestSubmit();
            });
        /** @type {any} */
        let pin = null;
        const set = (at) => {
            if (pin) pin.setLatLng(at);
            else
                pin = L.circleMarker(at, {
                    radius: 11,
                    weight: 4,
                    color: colour("--lantern"),
                    fillColor: colour("--paper"),
                    fillOpacity: 0.8,
                }).addTo(map);
        };
        if (place.dataset.lat) {
            set([+place.dataset.lat, +place.dataset.lon]);
            map.setView([+place.dataset.lat, +place.dataset.lon], 15, { animate: false });
        }
        if (field && fills) {
            const system = field.form.elements.crs;
            const pinned = () => {
                const [lat, lon] = field.value.split(/[,，\s]+/).map(Number);
                if (system.value === "wgs84" && lat && lon) set([lat, lon]);
            };
            pinned();
            if (pin) map.setView(pin.getLatLng(), 15, { animate: false });
            field.addEventListener("change", pinned);
            map.on("click", (event) => {
                field.value = `${event.latlng.lat.toFixed(6)}, ${event.latlng.lng.toFixed(6)}`;
                system.value = "wgs84";
                set(event.latlng);
            });
        }
        map.on("click", (event) => {
            if (!("pick" in place.dataset)) return;
            set(event.latlng);
            place.dispatchEvent(new CustomEvent("picked", { detail: event.latlng, bubbles: true }));
        });
    };
    globalThis.drawMap = draw;
    $$("[data-map]")
        .filter((place) => !place.hidden)
        .forEach(draw);
    $$("[data-shows-map]").forEach((button) => {
        button.hidden = false;
        button.classList.remove("awaits");
        button.addEventListener("click", () => {
            const place = document.getElementById(button.dataset.showsMap);
            button.hidden = true;
            place.hidden = false;
            draw(place);
        });
    });
    function load(src) {
        return new Promise((done, failed) => {
            const tag = Object.assign(document.createElement("script"), {
                src,
                onload: done,
                onerror: failed,
            });
            document.head.append(tag);
        });
    }
    function style(href) {
        return new Promise((done) => {
            const tag = Object.assign(document.createElement("link"), {
                rel: "stylesheet",
                href,
                onload: done,
            });
            document.head.append(tag);
        });
    }
})();
