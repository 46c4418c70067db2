/** Mean steps held by part of speech: a row a tag, a symbol a policy, a line at k. */
page.part('tags', (section, { rows }) => {
  const element = section.querySelector('.chart');
  const controls = section.querySelector('.controls');
  const states = [...new Set(rows.map((r) => r.state))];
  let state = states[Math.min(1, states.length - 1)];
  let show = () => {};
  if (states.length > 1) {
    controls.append(page.choice('State size k', states.map(page.stateName), states.indexOf(state), (i) => {
      state = states[i];
      show();
    }));
  }
  const names = [...new Set(rows.map((r) => r.policy))];
  const away = chart.legend(element, names.map((n) => ({ id: n, name: n, title: n })), () => show());
  const tagCount = new Set(rows.flatMap((r) => r.tags.map((t) => t.tag))).size;
  element.style.height = `${90 + 21 * tagCount}px`;

  show = chart.draw(element, (width) => {
    const shown = rows.filter((r) => r.state === state);
    const sums = new Map();
    shown.forEach((r) => r.tags.forEach((t) => sums.set(t.tag, [...(sums.get(t.tag) || []), t.mean])));
    const place = (steps) => Math.log2(Math.max(1, steps));
    const drawn = shown.filter((r) => !away.has(r.policy));
    const places = [...shown.flatMap((r) => r.tags.map((t) => place(t.mean))), place(state ?? 1)];
    const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;
    const tags = [...sums.keys()].sort((a, b) => mean(sums.get(a)) - mean(sums.get(b)));
    return {
      grid: { left: 64, right: 26, top: 24, bottom: 44 },
      tooltip: chart.tooltip({
        trigger: 'item',
        formatter: (p) => `<b>${page.escape(p.data.tag)}</b>, ${page.count(p.data.count)} tokens<br>${chart.row(p.color, p.seriesName, `${p.data.mean.toFixed(1)} steps`)}`,
      }),
      xAxis: chart.axis({
        type: 'value', interval: 1, name: 'mean steps held (logarithmic)', nameGap: 28,
        min: Math.floor(Math.min(...places)), max: Math.max(Math.floor(Math.min(...places)) + 1, Math.ceil(Math.max(...places))), axisLabel: { ...chart.text(), formatter: (v) => page.count(2 ** v), hideOverlap: true },
      }),
      yAxis: chart.axis({
        type: 'value', min: -0.6, max: tags.length - 0.4, axisTick: { show: false }, axisLabel: { show: false }, splitLine: { show: false },
      }),
      series: drawn.map((r, i) => {
        const { colour, outline } = page.look(r.policy);
        return {
          name: r.policy, type: 'scatter', color: colour, symbol: outline ? `path://${outline}` : 'rect', symbolSize: 10, itemStyle: { opacity: 1 },
          // A little apart, so that none hides another.
          data: r.tags.map((t) => ({ value: [place(t.mean), tags.indexOf(t.tag) + (0.5 * (i + 0.5)) / drawn.length - 0.25], ...t })),
          markLine: i || state === null ? undefined : {
            silent: true, symbol: 'none', data: [{ xAxis: place(state) }], lineStyle: { color: page.colour('ink'), type: [8, 5], width: 1.5 },
            label: { ...chart.text(), formatter: `k = ${page.count(state)}` },
          },
        };
      }).concat({
        // The tags' names, and a line through each.
        type: 'custom', silent: true, z: 0, data: tags.map((_, i) => [places[0], i]),
        renderItem: (params, api) => {
          const { x, width: across } = params.coordSys;
          const y = api.coord([places[0], params.dataIndex])[1];
          return {
            type: 'group',
            children: [
              { type: 'line', shape: { x1: x, x2: x + across, y1: y, y2: y }, style: { stroke: page.colour('grid'), lineWidth: 1 } },
              { type: 'text', style: { text: tags[params.dataIndex], x: x - 8, y, textAlign: 'right', textVerticalAlign: 'middle', fill: page.colour('ink'), font: `${width < 500 ? 11 : 12}px system-ui, sans-serif` } },
            ],
          };
        },
      }),
    };
  });
});
