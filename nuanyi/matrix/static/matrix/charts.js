/* Draws what stands in [data-chart]: the page holds the numbers, this file only how they look. */
(() => {
    const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
    const drawn = new Map();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const colour = (place, name) => getComputedStyle(place).getPropertyValue(name).trim();

    /** @param {HTMLElement} place */
    const looks = (place) => ({
        ink: colour(place, "--ink"),
        ink2: colour(place, "--ink-2"),
        line: colour(place, "--line"),
        paper: colour(place, "--paper"),
        first: colour(place, "--chart-1"),
        second: colour(place, "--chart-2"),
        steps: [0, 1, 2, 3, 4, 5].map((n) => colour(place, n ? `--heat-${n}` : "--paper-2")),
        heatInk: colour(place, "--heat-ink"),
        size: parseFloat(getComputedStyle(place).fontSize) || 14,
        font: getComputedStyle(place).fontFamily,
    });

    const number = (value) => (value === null || value === undefined ? "—" : value.toLocaleString());

    const axes = (spec, look) => ({
        textStyle: { fontFamily: look.font, fontSize: look.size, color: look.ink },
        grid: { left: look.size * 3.2, right: look.size, top: look.size * 2.8, bottom: look.size * 2.2 },
        xAxis: {
            type: "category",
            data: spec.labels,
            axisLine: { lineStyle: { color: look.line } },
            axisTick: { show: false },
            axisLabel: {
                color: look.ink2,
                fontSize: look.size * 0.86,
                margin: look.size * 0.55,
                hideOverlap: true,
            },
        },
        yAxis: {
            type: "value",
            minInterval: 1,
            axisLabel: { color: look.ink2, fontSize: look.size * 0.86, margin: look.size * 0.55 },
            splitLine: { lineStyle: { color: look.line } },
        },
    });

    const lines = (spec, look) => ({
        ...axes(spec, look),
        legend: {
            top: 0,
            right: 0,
            lineStyle: { width: look.size / 6 },
            itemWidth: look.size * 2.4,
            itemHeight: look.size * 0.8,
            itemGap: look.size * 0.8,
            textStyle: { color: look.ink, fontSize: look.size },
        },
        tooltip: { ...tip(look), trigger: "axis" },
        /* told apart by line and sign, not by colour alone */
        series: spec.series.map((one) => ({
            name: one.name,
            type: "line",
            data: one.values,
            symbol: one.earlier ? "emptyDiamond" : "circle",
            symbolSize: look.size * (one.earlier ? 0.5 : 0.6),
            lineStyle: { width: look.size / (one.earlier ? 8 : 4.5), type: one.earlier ? "dashed" : "solid" },
            color: one.earlier ? look.second : look.first,
            z: one.earlier ? 1 : 2,
        })),
    });

    const bars = (spec, look) => ({
        ...axes(spec, look),
        /* no legend stands above them */
        grid: { ...axes(spec, look).grid, top: look.size },
        tooltip: { ...tip(look), trigger: "axis" },
        series: [
            {
                name: spec.series[0].name,
                type: "bar",
                data: spec.series[0].values,
                color: look.first,
                itemStyle: { borderRadius: [look.size / 5, look.size / 5, 0, 0] },
                barCategoryGap: "25%",
            },
        ],
    });

    const small = (spec, look) => {
        const option = axes(spec, look);
        option.grid = {
            left: look.size * 0.5,
            right: look.size * 0.5,
            top: look.size,
            bottom: look.size * 1.6,
        };
        option.yAxis.max = Math.max(1, spec.most);
        option.yAxis.axisLabel.show = false;
        option.xAxis.axisLabel.interval = 2;
        option.tooltip = { ...tip(look), trigger: "axis" };
        option.series = [
            {
                name: spec.title,
                type: "line",
                data: spec.series[0].values,
                symbol: "circle",
                symbolSize: look.size * 0.35,
                lineStyle: { width: look.size / 6 },
                areaStyle: { opacity: 0.18 },
                color: look.first,
            },
        ];
        return option;
    };

    const tip = (look) => ({
        renderMode: "richText",
        backgroundColor: look.paper,
        borderColor: look.line,
        textStyle: { color: look.ink, fontSize: look.size },
        valueFormatter: number,
    });

    const funnel = (spec, look) => {
        const [told] = spec.series[0].values;
        return {
            textStyle: { fontFamily: look.font },
            tooltip: { ...tip(look), trigger: "item" },
            series: [
                {
                    type: "funnel",
                    sort: "none",
                    left: "2%",
                    right: "2%",
                    top: look.size,
                    bottom: look.size,
                    min: 0,
                    max: Math.max(1, told),
                    gap: look.size / 4,
                    minSize: "28%",
                    label: {
                        show: true,
                        position: "inside",
                        fontSize: look.size * 1.1,
                        formatter: (p) => `${p.name} ${number(p.value)}`,
                        color: look.heatInk,
                    },
                    itemStyle: { borderColor: look.paper, borderWidth: 1 },
                    data: spec.labels.map((name, n) => ({
                        name,
                        value: spec.series[0].values[n],
                        itemStyle: { color: look.steps[2 + Math.min(n, 3)] },
                    })),
                },
            ],
        };
    };

    /* places are joined by their codes: in a city two townships may have one name */
    const map = (spec, look, place) => {
        const told = JSON.parse(document.getElementById(place.dataset.outlines).textContent);
        const shapes = told.features.map((f) => ({ ...f, properties: { ...f.properties } }));
        echarts.registerMap("places", { type: "FeatureCollection", features: shapes });
        const names = Object.fromEntries(spec.codes.map((code, n) => [code, spec.labels[n]]));
        const most = Math.max(0.1, ...spec.series[0].values.map((value) => value ?? 0));
        const value = Object.fromEntries(spec.codes.map((code, n) => [code, spec.series[0].values[n]]));
        return {
            textStyle: { fontFamily: look.font },
            tooltip: {
                ...tip(look),
                trigger: "item",
                formatter: (p) => `${names[p.name] ?? ""} ${number(value[p.name])}`,
            },
            visualMap: {
                min: 0,
                max: most,
                left: 0,
                bottom: 0,
                calculable: false,
                precision: 1,
                itemHeight: look.size * 6,
                itemWidth: look.size,
                textGap: look.size * 0.6,
                inRange: { color: look.steps.slice(1) },
                textStyle: { color: look.ink2, fontSize: look.size * 0.86 },
                text: [number(Math.round(most * 10) / 10), "0"],
            },
            series: [
                {
                    type: "map",
                    map: "places",
                    nameProperty: "code",
                    roam: false,
                    selectedMode: false,
                    aspectScale: 0.9,
                    layoutCenter: ["50%", "50%"],
                    layoutSize: "98%",
                    label: {
                        show: true,
                        color: look.heatInk,
                        fontSize: look.size,
                        lineHeight: look.size * 1.4,
                        formatter: (p) => `${names[p.name] ?? ""}\n${number(value[p.name])}`,
                    },
                    itemStyle: { borderColor: look.ink2, borderWidth: 1, areaColor: look.steps[0] },
                    emphasis: { label: { color: look.heatInk }, itemStyle: { areaColor: look.steps[3] } },
                    data: spec.codes.map((name, n) => ({
                        name,
                        value: spec.series[0].values[n],
                        label: { color: spec.series[0].values[n] ? look.heatInk : look.ink },
                    })),
                },
            ],
        };
    };

    const forms = { trend: lines, hours: bars, small, funnel, map };

    /** @param {HTMLElement & {spec?: Record<string, any>}} place */
    const draw = async (place) => {
        /* what has no room (the wall's page on a phone) waits until the window gives it some */
        if (!place.clientWidth || !place.clientHeight) return;
        const spec = place.spec || JSON.parse(document.getElementById(place.dataset.chart).textContent);
        const option = await forms[spec.form](spec, looks(place), place);
        const known = drawn.get(place);
        const chart = known || echarts.init(place, null, { renderer: "canvas" });
        drawn.set(place, chart);
        chart.setOption({ animation: !still && !known, animationDuration: 300, ...option }, true);
    };
    const all = () => $$("[data-chart]").forEach(draw);
    globalThis.drawChart = draw;

    all();
    const fit = () =>
        $$("[data-chart]").forEach((place) => {
            if (!drawn.has(place)) draw(place);
            else if (place.clientWidth && place.clientHeight) drawn.get(place).resize();
        });
    let waiting = 0;
    addEventListener("resize", () => {
        cancelAnimationFrame(waiting);
        waiting = requestAnimationFrame(fit);
    });
    addEventListener("beforeprint", fit);
    new MutationObserver(all).observe(document.documentElement, {
        attributes: true,
        attributeFilter: ["data-theme", "data-size"],
    });
})();
