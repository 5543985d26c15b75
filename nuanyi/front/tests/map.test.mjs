/* The map that the page of stations opens, tried without a browser: node --test. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { page, SmallElement, settled } from "./small_document.mjs";

const opened = async () => {
    const drawn = [],
        popups = [],
        zooms = [],
        heard = {};
    const layer = () => new Proxy({}, { get: (_of, name) => (name === "isValid" ? () => false : layer) });
    const leaflet = new Proxy(
        {
            map: (place) => {
                drawn.push(place);
                return {
                    attributionControl: { setPrefix: () => {} },
                    fitBounds: () => {},
                    setView: () => {},
                    on: (name, act) => {
                        heard[name] = act;
                    },
                };
            },
            control: {
                zoom: (titles) => {
                    zooms.push(titles);
                    return layer();
                },
            },
            geoJSON: (data, how) => {
                if (how?.pointToLayer)
                    for (const feature of data.features)
                        how.onEachFeature(feature, { bindPopup: (make) => popups.push(make) });
                return { addTo: () => ({ getBounds: layer }), eachLayer: () => {}, getBounds: layer };
            },
        },
        { get: (own, name) => own[name] ?? layer },
    );
    const points = { features: [{ properties: { code: "LF01", name: "良丰驿站", open: true } }] };
    const place = new SmallElement("div", {
        dataset: { map: "/map.json", script: "leaflet.js", style: "leaflet.css", points: "/points.json" },
    });
    /* the button's own word stands before the station's words on the page */
    const here = new SmallElement("button", { dataset: { words: "离我最近的" } });
    const words = new SmallElement("p", { dataset: { words: "", unknown: "不知道", rideThere: "骑车去" } });
    const head = { append: (tag) => tag.onload() };
    const document = new SmallElement("document", {
        head,
        documentElement: { lang: "zh-Hans" },
        found: {
            "[data-map]": [place],
            "[data-words]": [here, words],
            "p[data-words]": [words],
        },
    });
    const world = page(["front/static/front/map.js"], document, {
        L: leaflet,
        getComputedStyle: () => ({ getPropertyValue: () => "#000" }),
        fetch: async (address) => ({
            json: async () =>
                address === "/points.json"
                    ? points
                    : {
                          base: { outline: [], river: [] },
                          grids: [],
                          townships: [],
                          words: { "zh-hans": { close: "关闭", zoomIn: "放大", zoomOut: "缩小" } },
                      },
        }),
        Stations: {
            file: async () => ({}),
            one: () => ({ ways: { amap: "https://uri.amap.com/" } }),
            minute: () => 0,
            state: (_row, _now, told) => told.unknown.replace("#", ""),
        },
        Rides: { use: () => {} },
    });
    return { world, place, drawn, popups, zooms, heard };
};

test("a pin of a station tells how it stands and the way there", async () => {
    const { popups } = await opened();
    await settled();
    const box = popups[0]();
    await settled();
    assert.deepEqual(
        box.children.map((child) => child.textContent),
        ["良丰驿站", "不知道", "骑车去"],
    );
});

test("a map that its file and its button draw at once is drawn once", async () => {
    const { world, place, drawn } = await opened();
    world.drawMap(place);
    await settled();
    assert.equal(drawn.length, 1);
});

test("what the map's library says in English is said in the page's language", async () => {
    const { zooms, heard } = await opened();
    await settled();
    assert.deepEqual({ ...zooms[0] }, { zoomInTitle: "放大", zoomOutTitle: "缩小" });
    const button = { setAttribute: (name, words) => Object.assign(button, { [name]: words }) };
    heard.popupopen({ popup: { getElement: () => ({ querySelector: () => button }) } });
    assert.equal(button["aria-label"], "关闭");
});
