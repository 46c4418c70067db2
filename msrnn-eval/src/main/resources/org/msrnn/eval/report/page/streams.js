/** Perplexity along a stream: of all tokens so far, or of the last ones. */
page.part('streams', (section, { curves }) => {
  const element = section.querySelector('.chart');
  let column = 1;
  let show = () => {};
  const states = new Set(curves.filter((c) => c.state !== null).map((c) => c.state));
  const title = (c) => (c.state === null ? `${c.policy} (topline)` : states.size > 1 ? `${c.policy}, k = ${page.count(c.state)}` : c.policy);
  const entries = curves.map((c, i) => ({ id: i, name: c.policy, title: title(c) }));
  element.before(page.make('div', { class: 'controls' }, page.tabs('What a point looks back on', ['all tokens so far', 'last window'], 0, (i) => {
    column = 1 + i;
    show();
  })));
  const away = chart.legend(element, entries, () => show());

  show = chart.draw(element, () => {
    const shown = curves.map((c, i) => ({ ...c, id: i })).filter((c) => !away.has(c.id));
    const values = shown.flatMap((c) => c.points.map((p) => p[column])).filter(Number.isFinite);
    const scale = chart.scale(values, Math.max(...values) > 4 * Math.min(...values));
    return {
      grid: { left: 34, right: 28, top: 14, bottom: 40, containLabel: true },
      tooltip: chart.tooltip({
        trigger: 'axis',
        formatter: (hits) => `<b>${page.count(hits[0].axisValue)} tokens</b>`
          + hits.map((h) => ({ name: h.seriesName, ink: h.color, v: h.data[2] })).sort((a, b) => a.v - b.v)
            .map((h) => `<br>${chart.row(h.ink, h.name, h.v.toFixed(3))}`).join(''),
      }),
      xAxis: chart.axis({ type: 'value', min: 0, max: 'dataMax', name: 'tokens', nameGap: 30, axisLabel: { ...chart.text(), formatter: page.count, hideOverlap: true } }),
      yAxis: chart.axis({
        type: 'value', name: column === 1 ? 'perplexity of all tokens so far' : 'perplexity of the last window', nameGap: 46, ...scale.axis,
        axisLabel: { ...chart.text(), ...(scale.label ? { formatter: scale.label } : {}) },
      }),
      series: shown.map((c) => {
        const every = Math.max(1, Math.round(c.points.length / 8));
        const points = c.points.map((p) => [p[0], scale.to(p[column]), p[column]]);
        const line = chart.line(c.policy, title(c), points, true);
        // A symbol now and then tells the curves apart in print; their places differ by curve.
        return { ...line, symbolSize: (v, p) => (p.dataIndex % every === (c.id * 2) % every || c.points.length < 12 ? 9 : 0) };
      }),
    };
  });
});
