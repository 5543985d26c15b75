/* The parts of Apache ECharts that our charts use; `make vendor` bundles them into vendor/echarts/echarts.js. */
import { BarChart, FunnelChart, LineChart, MapChart } from "echarts/charts";
import {
    AriaComponent,
    GeoComponent,
    GridComponent,
    LegendComponent,
    TooltipComponent,
    VisualMapComponent,
} from "echarts/components";
import * as core from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

core.use([
    AriaComponent,
    BarChart,
    CanvasRenderer,
    FunnelChart,
    GeoComponent,
    GridComponent,
    LegendComponent,
    LineChart,
    MapChart,
    TooltipComponent,
    VisualMapComponent,
]);

export const init = core.init;
export const registerMap = core.registerMap;
