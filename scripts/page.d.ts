/* What every page may count on, for TypeScript's checker over our scripts (tsconfig.json). Nothing of it is run.

   What a selector finds is an element of some kind: the template beside the script says which, and no checker reads templates.
   What an event carries its name says; the scripts listen to many by one function. */
interface ParentNode {
    querySelector(selectors: string): any;
    querySelectorAll(selectors: string): NodeListOf<any>;
}
interface Element {
    closest(selectors: string): any;
    nextElementSibling: any;
}
interface Document {
    getElementById(id: string): any;
}
interface EventTarget {
    closest?(selectors: string): any;
}
interface Event {
    key?: string;
    detail?: any;
    clipboardData?: DataTransfer | null;
    prompt?(): Promise<unknown>;
}

/* scripts of others, bundled under static/vendor */
declare const L: any;
declare const pmtiles: any;
declare const echarts: any;
interface Window {
    htmx?: any;
}

/* scripts of ours that stand for themselves and are asked by others */
declare const Stations: typeof import("../nuanyi/stations/static/stations/kept.js");
declare const Rides: typeof import("../nuanyi/front/static/front/ride.js");
declare const Strokes: typeof import("../nuanyi/front/static/front/stroke.js");
declare function drawChart(place: HTMLElement): Promise<void>;
