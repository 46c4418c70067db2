/** A task's metric against log2 of the state size, each topline across. */
page.part('scores', (section, task) => {
  const element = section.querySelector('.chart');
  const metrics = task.metrics.filter((m) => task.rows.some((r) => r.values[m.name] !== undefined));
  if (!metrics.length) {
    element.remove();
    return;
  }
  const sizes = [...new Set(task.rows.map((r) => r.state).filter((s) => s !== null))].sort((a, b) => a - b);
  const names = [...new Set(task.rows.map((r) => r.policy))];
  let metric = metrics[0];
  const scales = ['close up', 'linear', 'logarithmic'];
  let scaled = isWide() ? 0 : 1;
  let show = () => {};

  const points = (name) => task.rows.filter((r) => r.policy === name && r.values[metric.name] !== undefined);
  const value = (v) => v.toFixed(metric.decimals);

  /** A linear axis would press most curves together under the worst one: a close-up leaves that out. */
  function isWide() {
    const values = task.rows.map((r) => r.values[metric.name]).filter((v) => v > 0);
    return !metric.higherIsBetter && Math.max(...values) > 4 * Math.min(...values);
  }

  const controls = page.make('div', { class: 'controls' });
  if (metrics.length > 1) {
    controls.append(page.choice('Metric', metrics.map((m) => m.title), 0, (i) => {
      metric = metrics[i];
      show();
    }));
  }
  if (sizes.length > 1) {
    const offered = isWide() ? scales : scales.slice(1);
    controls.append(page.tabs('Scale of the metric', offered, offered.indexOf(scales[scaled]), (i) => {
      scaled = scales.indexOf(offered[i]);
      show();
    }));
  }
  element.before(controls);
  const away = sizes.length > 1
    ? chart.legend(element, names.map((n) => ({ id: n, name: n, title: page.data.policies[n] === 'topline' ? `${n} (topline)` : n })), () => show())
    : new Set();

  const above = page.make('p', { class: 'quiet above' });
  element.after(above);

  /** The names of the curves that a close-up cuts, and where it does: three times the best value. */
  function cut(shown) {
    const values = shown.flatMap((n) => points(n).map((r) => r.values[metric.name]));
    const limit = 3 * Math.min(...values);
    const worse = shown.filter((n) => points(n).some((r) => r.values[metric.name] > limit));
    return worse.length ? { limit: Number(limit.toPrecision(2)), worse } : null;
  }

  function curves() {
    const shown = names.filter((n) => !away.has(n));
    const close = scaled === 0 ? cut(shown) : null;
    above.textContent = close ? `Above the picture, at least in part: ${close.worse.join(', ')}.` : '';
    const scale = chart.scale(shown.flatMap((n) => points(n).map((r) => r.values[metric.name])), scaled === 2);
    const from = Math.floor(Math.log2(sizes[0]));
    const to = Math.max(from + 1, Math.ceil(Math.log2(sizes[sizes.length - 1])));
    const series = [];
    for (const name of shown) {
      const bounded = points(name).filter((r) => r.state !== null).map((r) => [Math.log2(r.state), scale.to(r.values[metric.name])]);
      if (bounded.length) series.push(chart.line(name, name, bounded, true));
      for (const top of points(name).filter((r) => r.state === null)) {
        const y = scale.to(top.values[metric.name]);
        series.push(chart.line(name, name, [[from, y], [to, y]], false));
      }
    }
    return {
      grid: { left: 34, right: 24, top: 14, bottom: 40, containLabel: true },
      tooltip: chart.tooltip({ trigger: 'axis', formatter: (hits) => at(hits[0].axisValue, shown) }),
      xAxis: chart.axis({
        type: 'value', min: from, max: to, interval: 1, name: 'state size k (logarithmic)', nameGap: 30,
        axisLabel: { ...chart.text(), formatter: (v) => page.count(2 ** v) },
      }),
      yAxis: chart.axis({
        type: 'value', name: metric.title, nameGap: 46, ...scale.axis, ...(metric.higherIsBetter ? { scale: false, min: 0 } : {}),
        ...(close ? { max: close.limit } : {}),
        axisLabel: { ...chart.text(), ...(scale.label ? { formatter: scale.label } : {}) },
      }),
      series,
    };
  }

  /** All policies at the state size nearest to a place on the axis, the best first. */
  function at(place, shown) {
    const near = sizes.reduce((a, b) => (Math.abs(Math.log2(a) - place) <= Math.abs(Math.log2(b) - place) ? a : b));
    const rows = shown.flatMap((n) => points(n).filter((r) => r.state === near || r.state === null));
    rows.sort((a, b) => (a.values[metric.name] - b.values[metric.name]) * (metric.higherIsBetter ? -1 : 1));
    return `<b>k = ${page.count(near)}</b>, ${page.escape(metric.title)}`
      + rows.map((r) => `<br>${chart.row(page.look(r.policy).colour, r.policy, value(r.values[metric.name]))}`).join('');
  }

  /** One state size: a row a policy. */
  function bars() {
    const rows = names.flatMap(points).sort((a, b) => (b.values[metric.name] - a.values[metric.name]) * (metric.higherIsBetter ? -1 : 1));
    return {
      grid: { left: 10, right: 70, top: 10, bottom: 40, containLabel: true },
      xAxis: chart.axis({ type: 'value', name: metric.title, nameGap: 28, scale: !metric.higherIsBetter }),
      yAxis: chart.axis({
        type: 'category', data: rows.map((r) => (r.state === null ? `${r.policy} (unbounded)` : `${r.policy}, k = ${page.count(r.state)}`)),
        splitLine: { show: true, lineStyle: { color: page.colour('grid') } },
      }),
      series: [{
        type: 'scatter', symbolSize: 13, itemStyle: { opacity: 1 }, label: { show: true, position: 'right', ...chart.text(), formatter: (p) => value(p.value) },
        data: rows.map((r) => {
          const { colour, outline } = page.look(r.policy);
          return { value: r.values[metric.name], symbol: outline ? `path://${outline}` : 'rect', itemStyle: { color: colour } };
        }),
      }],
    };
  }

  if (sizes.length < 2) element.style.height = `${80 + 30 * names.flatMap(points).length}px`;
  show = chart.draw(element, sizes.length > 1 ? curves : bars);
});
