/* Links that open the map app of the phone: the one that somebody chose at a station opens from then on, everywhere. */
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
            baidu: `https://api.map.baidu.com/direction?destination=latlng:${y},${x}|name:${to}&mode=riding&coord_type=gcj02&output=html&src=nuanyi`,
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
    use(document);
    return { use, choose, ways, link };
})();
if (typeof module !== "undefined") module.exports = Rides;
