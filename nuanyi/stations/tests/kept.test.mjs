/* What the phone computes by itself, tried without a browser: node --test. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const module = { exports: {} };
const world = vm.createContext({
    module,
    document: { documentElement: { lang: "zh-Hans" }, querySelectorAll: () => [] },
    Intl,
});
for (const name of ["../../front/static/front/ride.js", "../static/stations/kept.js"])
    vm.runInContext(readFileSync(new URL(name, import.meta.url), "utf8"), world);
const Stations = module.exports;
const metres = vm.runInContext("Rides.metres", world);
const words = {
    open: "开门中",
    openUntil: "开门中，# 关门",
    shut: "已关门",
    shutUntil: "已关门，# 开门",
    opensIn: "已关门，# 分钟后开门",
    paused: "暂停",
    unknown: "不知道",
    tomorrow: "明天 #",
    m: "米",
    km: "公里",
};
/* 2026-11-26 in China, in minutes since 1970 */
const at = (hour, minute = 0, day = 26) => Date.UTC(2026, 10, day, hour - 8, minute) / 60e3;
const station = (code, name, lat, lon, kinds, hours, more = {}) => [
    code,
    name,
    "",
    lat * 1e6,
    lon * 1e6,
    lat * 1e6,
    lon * 1e6,
    kinds,
    0,
    0,
    more.flags || 0,
    hours,
    more.region || "450311100",
    more.reason || "",
];
const file = {
    made_at: at(0) * 60,
    until: at(0, 0, 29) * 60,
    kinds: ["toilet", "charging"],
    functions: [],
    schedules: [
        [at(7), at(23), at(7, 0, 27), at(23, 0, 27)],
        [at(0), at(0, 0, 29)],
        [],
    ],
    stations: [
        station("A", "甲", 25.05, 110.32, 3, 0),
        station("B", "乙", 25.06, 110.32, 2, 1),
        station("C", "丙", 25.051, 110.32, 1, 2, { flags: 2, reason: "修水管", region: "450311200" }),
    ],
};

test("at ten past three in the night a station that opens at seven is shut, whatever stood there when it was kept", () => {
    const [found] = Stations.look(file, { at: { lat: 25.05, lon: 110.32 } }, at(3, 10));
    assert.equal(found.open, false);
    assert.equal(Stations.state(found, at(3, 10), words), "已关门，07:00 开门");
    assert.equal(
        Stations.state(Stations.one(file, "A", at(6, 30)), at(6, 30), words),
        "已关门，30 分钟后开门",
    );
    assert.equal(Stations.state(Stations.one(file, "A", at(12)), at(12), words), "开门中，23:00 关门");
    assert.equal(Stations.state(Stations.one(file, "A", at(23)), at(23), words), "已关门，明天 07:00 开门");
});

test("once the hours in the file are over nothing is said to be open", () => {
    const late = at(12, 0, 30);
    assert.equal(Stations.state(Stations.one(file, "B", late), late, words), "不知道");
});

test("the nearest that fits stands first, and a station that is paused says why", () => {
    const here = { at: { lat: 25.0501, lon: 110.32 } };
    const codes = (more) => Array.from(Stations.look(file, { ...here, ...more }, at(3, 10)), (row) => row.code);
    assert.deepEqual(codes({}), ["A", "C", "B"]);
    assert.deepEqual(codes({ openOnly: true }), ["B"]);
    assert.deepEqual(codes({ kinds: ["toilet"] }), ["A", "C"]);
    assert.equal(Stations.state(Stations.one(file, "C", at(9)), at(9), words), "暂停 修水管");
});

test("without a place no distance is told and the open ones stand first; an area's own before all", () => {
    const rows = Stations.look(file, {}, at(3, 10));
    assert.deepEqual(
        Array.from(rows, (row) => row.code),
        ["B", "C", "A"],
    );
    assert.ok(rows.every((row) => row.metres === null && row.walk === null));
    const area = Stations.look(file, { region: "450311200" }, at(3, 10));
    assert.equal(area[0].code, "C");
});

test("each choice says how many would be left", () => {
    assert.deepEqual({ ...Stations.counts(file, { kinds: ["charging"] }, at(3, 10)) }, {
        toilet: 1,
        charging: 2,
        open: 1,
        step_free: 0,
    });
    const level = { ...file, stations: [...file.stations, station("E", "戊", 25.05, 110.3, 2, 1, { flags: 1 })] };
    assert.equal(Stations.counts(level, { kinds: ["charging"] }, at(12)).step_free, 1);
    assert.equal(Stations.counts(level, { kinds: ["toilet"] }, at(12)).step_free, 0);
});

test("the way is that of a sphere, as on the server", () => {
    assert.equal(Math.round(metres(25, 110, 26, 110)), 111195);
});

test("how far it is is said from where somebody stands, and whoever stands there is told so", () => {
    const told = { ...words, away: "离你 #", beside: "你就在驿站旁" };
    assert.equal(Stations.away(12, told), "你就在驿站旁");
    assert.equal(Stations.away(434, told), "离你 430 米");
    assert.equal(Stations.away(4340, told), "离你 4.3 公里");
});

test("five thousand stations are looked through in a blink", () => {
    const many = Array.from({ length: 5000 }, (_, n) =>
        station(`N${n}`, `第${n}站`, 25 + (n % 70) / 100, 110 + n / 5000, n % 4, n % 3),
    );
    const [first] = Stations.look({ ...file, stations: many }, { at: { lat: 25.3, lon: 110.5 } }, at(12));
    const nearest = Math.min(
        ...many.map((one) => metres(25.3, 110.5, one[3] / 1e6, one[4] / 1e6)),
    );
    assert.equal(first.metres, nearest);
});

test("a station that is shut before somebody gets there is not the answer, and a walk of hours is none", () => {
    const open = { open: true, known: true, changes: at(23) };
    assert.equal(Stations.reached({ ...open, ride: 10 }, at(22, 45)), true);
    assert.equal(Stations.reached({ ...open, ride: 60 }, at(22, 45)), false);
    assert.equal(Stations.reached({ ...open, ride: 60, changes: null }, at(22, 45)), true);
    assert.equal(Stations.reached({ ...open, open: false, ride: 1 }, at(22, 45)), false);
    assert.equal(Stations.reached({ ...open, known: false, ride: 1 }, at(22, 45)), false);
    const told = { minutes: "走 # 分钟，骑 % 分钟", byBike: "骑 % 分钟" };
    assert.equal(Stations.minutes({ walk: 12, ride: 4 }, told), "走 12 分钟，骑 4 分钟");
    assert.equal(Stations.minutes({ walk: 199, ride: 60 }, told), "骑 60 分钟");
});
