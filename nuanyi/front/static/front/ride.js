/* Links that open the map app of the phone: the one that somebody chose at a station opens from then on, everywhere; and how
   far it is there. */
const Rides = (() => {
    const APP = "map.app";
    const chosen = () => {
        try {
            return localStorage.getItem(APP) || "amap";
        } catch {
            return "amap";
        }
    };
    const choose = (app) => {
        try {
            localStorage.setItem(APP, app);
        } catch {
            /* for this time only */
        }
    };
    const use = (root) =>
        root.querySelectorAll("a[data-ride]").forEach((link) => {
            link.href = link.dataset[chosen()] || link.href;
        });
    /* the same addresses as the server's (lib.navigation), for what a phone draws from a file that it kept; GCJ-02 */
    const ways = (name, latGcj02, lonGcj02) => {
        const [y, x, to] = [latGcj02.toFixed(6), lonGcj02.toFixed(6), encodeURIComponent(name)];
        return {
            amap: `https://uri.amap.com/navigation?to=${x},${y},${to}&mode=ride&coordinate=gaode&callnative=1`,
            baidu:
                `https://api.map.baidu.com/direction?destination=latlng:${y},${x}|name:${to}` +
                "&mode=riding&coord_type=gcj02&output=html&src=nuanyi",
            tencent: `https://apis.map.qq.com/uri/v1/routeplan?type=bike&to=${to}&tocoord=${y},${x}&referer=nuanyi`,
        };
    };
    /* a link to ride there, in the app that was chosen */
    const link = (to, words, className = "button") => {
        const made = Object.assign(document.createElement("a"), {
            href: to[chosen()] || to.amap,
            textContent: words,
            className,
            rel: "noreferrer",
        });
        Object.assign(made.dataset, { ride: "", ...to });
        return made;
    };
    /* the way between two places in WGS 84, on a sphere as the server has it */
    const metres = (lat1, lon1, lat2, lon2) => {
        const radians = Math.PI / 180,
            half =
                Math.sin(((lat2 - lat1) * radians) / 2) ** 2 +
                Math.cos(lat1 * radians) *
                    Math.cos(lat2 * radians) *
                    Math.sin(((lon2 - lon1) * radians) / 2) ** 2;
        return 2 * 6371008.8 * Math.asin(Math.min(1, Math.sqrt(half)));
    };
    /* how far, as a number and its unit, and how many minutes: by the server's rule (lib.distances), in whole numbers */
    const far = (way, words) => {
        const whole = Math.floor(way + 0.5),
            tenths = Math.floor((whole + 50) / 100);
        return whole < 995
            ? [String(Math.floor((whole + 5) / 10) * 10), words.m]
            : [`${Math.floor(tenths / 10)}.${tenths % 10}`, words.km];
    };
    const minutes = (way, aMinute) => Math.max(1, Math.floor(way / aMinute + 0.5));
    use(document);
    return { use, choose, ways, link, metres, far, minutes };
})();
if (typeof module !== "undefined") module.exports = Rides;
