/* What the phone knows of the stations without network: one small file with everything and the hours of the coming days, looked
   through here and computed with the phone's own clock. Pure but for `file`; tried by itself with node --test.
   Needs front/ride.js. */
const Stations = (() => {
    const PATH = "/stations/all.json",
        FRESH = 600e3, // ms: a younger file is not asked for again
        WALK = 75, // metres a minute
        RIDE = 250,
        BESIDE = 30, // metres: nearer than a phone knows where it is
        WALKED = 60; // minutes on foot beyond which only the ride is told
    const NO_STEPS = 1,
        PAUSED = 2;
    /* the columns of a station in the file */
    const [
        CODE,
        NAME,
        PLACE,
        LAT,
        LON,
        GCJ_LAT,
        GCJ_LON,
        KINDS,
        BROKEN,
        FUNCTIONS,
        FLAGS,
        HOURS,
        REGION,
        REASON,
        OWNERS,
        GRADE,
    ] = Array(16).keys();
    /* {open, changes} at a moment; openings and moments in minutes since 1970, changes null where nothing more is known */
    const standing = (openings, minute) => {
        for (let i = 0; i < openings.length; i += 2) {
            if (minute < openings[i]) return { open: false, changes: openings[i] };
            if (minute < openings[i + 1]) return { open: true, changes: openings[i + 1] };
        }
        return { open: false, changes: null };
    };
    const bits = (names, wanted) =>
        wanted.reduce((sum, name) => {
            const place = names.indexOf(name);
            return place < 0 ? sum : sum | (1 << place);
        }, 0);
    /* one station as pages show it; known is false once the hours in the file are over */
    const row = (file, station, minute, far = null) => ({
        code: station[CODE],
        name: station[NAME],
        place: station[PLACE],
        metres: far,
        walk: far === null ? null : Rides.minutes(far, WALK),
        ride: far === null ? null : Rides.minutes(far, RIDE),
        ...standing(file.schedules[station[HOURS]], minute),
        known: minute * 60 < file.until,
        paused: Boolean(station[FLAGS] & PAUSED),
        reason: station[REASON],
        /* a file kept by an older version names neither */
        owners: file.owners?.[station[OWNERS]] || "",
        grade: file.grades?.[station[GRADE]] || "",
        stepFree: Boolean(station[FLAGS] & NO_STEPS),
        kinds: file.kinds.filter((_, n) => station[KINDS] & (1 << n)),
        broken: file.kinds.filter((_, n) => station[BROKEN] & (1 << n)),
        lat: station[LAT] / 1e6,
        lon: station[LON] / 1e6,
        ways: Rides.ways(station[NAME], station[GCJ_LAT] / 1e6, station[GCJ_LON] / 1e6),
    });
    /* what a question {kinds, function, stepFree, openOnly} asks of a station */
    const fits = (file, question, minute) => {
        const kinds = bits(file.kinds, question.kinds || []),
            functions = bits(file.functions, question.function ? [question.function] : []),
            open = file.schedules.map((openings) => !question.openOnly || standing(openings, minute).open);
        return (station) =>
            (station[KINDS] & kinds) === kinds &&
            (station[FUNCTIONS] & functions) === functions &&
            (!question.stepFree || station[FLAGS] & NO_STEPS) &&
            open[station[HOURS]];
    };
    /* the nearest stations that fit to `question.at` ({lat, lon} in WGS-84); without it those of `question.region` first,
       then the open ones, then by name */
    const look = (file, question, minute, most = 30) => {
        const fit = fits(file, question, minute),
            at = question.at,
            found = [];
        for (const station of file.stations) {
            if (!fit(station)) continue;
            found.push([
                at ? Rides.metres(at.lat, at.lon, station[LAT] / 1e6, station[LON] / 1e6) : null,
                station,
            ]);
        }
        if (at) {
            found.sort((a, b) => a[0] - b[0]);
            return found.slice(0, most).map(([far, station]) => row(file, station, minute, far));
        }
        const rows = found.map(([, station]) => ({
            ...row(file, station, minute),
            inside: Boolean(question.region) && station[REGION].startsWith(question.region),
        }));
        rows.sort(
            (a, b) =>
                Number(b.inside) - Number(a.inside) ||
                Number(b.open) - Number(a.open) ||
                a.name.localeCompare(b.name, "zh"),
        );
        return rows.slice(0, most);
    };
    /* {kind: how many would be left if it were chosen too} */
    const counts = (file, question, minute) => {
        const many = (more) => {
            const fit = fits(file, { ...question, ...more }, minute);
            return file.stations.reduce((sum, station) => sum + (fit(station) ? 1 : 0), 0);
        };
        const left = { open: many({ openOnly: true }), step_free: many({ stepFree: true }) };
        for (const kind of file.kinds) left[kind] = many({ kinds: [...(question.kinds || []), kind] });
        return left;
    };
    const one = (file, code, minute) => {
        const station = file.stations.find((other) => other[CODE] === code);
        return station ? row(file, station, minute) : null;
    };
    /* whether it is open now and still so when somebody who starts at `minute` gets there by bike */
    const reached = (found, minute) =>
        found.open && found.known && (found.changes === null || minute + (found.ride || 0) < found.changes);

    /* words, as the pages of the server have them */
    const minutes = (found, words) =>
        (found.walk <= WALKED ? words.minutes : words.byBike)
            .replace("#", found.walk)
            .replace("%", found.ride);
    const away = (far, words) =>
        far < BESIDE ? words.beside : words.away.replace("#", Rides.far(far, words).join(" "));
    const part = (minute, options) =>
        new Intl.DateTimeFormat(document.documentElement.lang, {
            timeZone: "Asia/Shanghai",
            ...options,
        }).format(minute * 60e3);
    const day = (minute) => Math.floor((minute + 480) / 1440); // China is UTC+8 all year
    const clock = (minute, now, words) => {
        const time = part(minute, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
            days = day(minute) - day(now);
        if (days === 0) return time;
        if (days === 1) return time === "00:00" ? "24:00" : words.tomorrow.replace("#", time);
        return days > 0 && days < 7
            ? `${part(minute, { weekday: "short" })} ${time}`
            : `${part(minute, { month: "short", day: "numeric" })} ${time}`;
    };
    const state = (found, now, words) => {
        if (!found.known) return words.unknown;
        if (found.paused && !found.open) return `${words.paused} ${found.reason}`.trim();
        const at = found.changes === null ? "" : clock(found.changes, now, words);
        if (found.open) return at ? words.openUntil.replace("#", at) : words.open;
        if (found.changes - now < 60 && at) return words.opensIn.replace("#", found.changes - now);
        return at ? words.shutUntil.replace("#", at) : words.shut;
    };
    const minute = () => Math.floor(Date.now() / 60e3);

    /* the kept file, or a new one where there is network; null where there is none at all */
    const file = async () => {
        const kept = await globalThis.caches?.match(PATH, { ignoreVary: true }).catch(() => null);
        const old = kept && (await kept.json().catch(() => null));
        if (old && Date.now() - old.made_at * 1e3 < FRESH) return old;
        if (!navigator.onLine) return old || null;
        try {
            const answer = await fetch(PATH, { signal: AbortSignal.timeout(15000) });
            return answer.ok ? await answer.json() : old;
        } catch {
            return old || null;
        }
    };
    return {
        standing,
        look,
        counts,
        one,
        away,
        clock,
        reached,
        minutes,
        state,
        minute,
        file,
    };
})();
if (typeof module !== "undefined") module.exports = Stations;
