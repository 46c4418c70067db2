'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const colours = ['#0072b2', '#c44e00', '#00775a', '#8e3d83', '#5c4a00', '#3f51b5', '#a8103d', '#4a5560'];
  const symbols = ['circle', 'rect', 'triangle', 'diamond', 'pin', 'arrow'];
  const text = { color: '#1a1a1a', fontFamily: 'system-ui, sans-serif', fontSize: 14 };
  const escape = (s) => String(s).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

  /** The curves of one task: metric against log2 of the state size, each topline across. */
  function curves(task) {
    const sizes = task.rows.filter((r) => r.state !== null).map((r) => Math.log2(r.state));
    const low = sizes.length ? Math.min(...sizes) : 0;
    const high = sizes.length ? Math.max(...sizes) : 1;
    const from = Math.floor(low) === Math.floor(high) ? Math.floor(low) - 1 : Math.floor(low);
    const to = Math.max(Math.ceil(high), from + 1);
    const names = [...new Set(task.rows.map((r) => r.policy))];
    let bounded = 0;
    const series = [];
    for (const name of names) {
      const rows = task.rows.filter((r) => r.policy === name && r.value !== null);
      const curve = rows.filter((r) => r.state !== null);
      if (curve.length) {
        const i = bounded++;
        series.push({
          name, type: 'line', data: curve.map((r) => [Math.log2(r.state), r.value]),
          symbol: symbols[i % symbols.length], symbolSize: 10, color: colours[i % colours.length],
          lineStyle: { width: 2 }, emphasis: { focus: 'series' },
        });
      }
      for (const top of rows.filter((r) => r.state === null)) {
        series.push({
          name: name + ' (topline)', type: 'line', data: [[from, top.value], [to, top.value]],
          symbol: 'none', color: '#1a1a1a', lineStyle: { width: 2, type: [8, 5] }, z: 1,
        });
      }
    }
    return { series, from, to };
  }

  function option(task, width) {
    const { series, from, to } = curves(task);
    const values = series.flatMap((s) => s.data.map((d) => d[1]));
    const flat = Math.max(...values) - Math.min(...values) < 1e-9;
    return {
      animation: false,
      textStyle: text,
      legend: {
        data: series.map((s) => (s.symbol === 'none' ? { name: s.name, itemStyle: { opacity: 0 } } : s.name)),
        top: 0, left: 'center', width: width - 20, itemGap: 18, textStyle: text, itemWidth: 34,
      },
      grid: { left: 12, right: 28, top: width < 560 ? 92 : 56, bottom: 34, containLabel: true },
      tooltip: {
        trigger: 'item', textStyle: text,
        formatter: (p) => escape(p.seriesName) + (p.seriesName.endsWith('(topline)') ? ''
          : '<br>k = ' + Math.round(2 ** p.value[0])) + '<br><b>' + p.value[1].toFixed(task.decimals) + '</b> '
          + escape(task.metric),
      },
      xAxis: {
        type: 'value', min: from, max: to, interval: 1, name: 'state size k (log scale)',
        nameLocation: 'middle', nameGap: 32, nameTextStyle: text,
        axisLabel: { ...text, formatter: (v) => Math.round(2 ** v).toString() },
        axisLine: { show: true, onZero: false, lineStyle: { color: '#1a1a1a' } }, axisTick: { show: true },
        splitLine: { lineStyle: { color: '#e4e4e4' } },
      },
      yAxis: {
        type: 'value', scale: !task.zero, min: task.zero ? 0 : undefined,
        max: task.zero && flat && values[0] === 0 ? 100 : undefined,
        name: task.metric, nameLocation: 'end', nameTextStyle: { ...text, align: 'left' },
        axisLabel: text, splitLine: { lineStyle: { color: '#e4e4e4' } },
      },
      series,
    };
  }

  for (const element of document.querySelectorAll('.chart')) {
    const task = data.tasks.find((t) => t.section === element.dataset.section);
    const chart = echarts.init(element, null, { renderer: 'svg' });
    const draw = () => { chart.resize(); chart.setOption(option(task, element.clientWidth), true); };
    draw();
    window.addEventListener('resize', draw);
  }

  /** A map without axes: one pixel a token across, one a look down. */
  function picture(map, layer) {
    const looks = Math.ceil(map.tokens / map.every);
    const canvas = document.createElement('canvas');
    canvas.width = map.tokens;
    canvas.height = looks;
    const context = canvas.getContext('2d');
    const image = context.createImageData(map.tokens, looks);
    const until = map.layers[layer].keptUntil;
    for (let look = 0; look < looks; look++) {
      const step = Math.min(map.tokens, (look + 1) * map.every);
      for (let p = 0; p < map.tokens; p++) {
        const at = 4 * (look * map.tokens + p);
        const fed = p < step;
        const kept = fed && until[p] >= step;
        const colour = kept ? [0, 82, 136] : fed ? [236, 240, 244] : [255, 255, 255];
        image.data.set([...colour, 255], at);
      }
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }

  function ticks(most) {
    const rough = most / 4;
    const unit = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 2.5, 5, 10].map((f) => f * unit).find((s) => s >= rough && Number.isInteger(s)) || unit;
    const all = [];
    for (let v = 0; v <= most; v += step) all.push(v);
    return all;
  }

  function drawMap(canvas, map, layer) {
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext('2d');
    context.scale(ratio, ratio);
    const box = { left: 56, top: 8, right: width - 10, bottom: height - 44 };
    context.imageSmoothingQuality = 'high';
    context.drawImage(picture(map, layer), box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.strokeStyle = '#1a1a1a';
    context.lineWidth = 1;
    context.strokeRect(box.left - 0.5, box.top - 0.5, box.right - box.left + 1, box.bottom - box.top + 1);
    context.fillStyle = '#1a1a1a';
    context.font = '13px system-ui, sans-serif';
    for (const v of ticks(map.tokens)) {
      const x = box.left + (box.right - box.left) * v / map.tokens;
      const y = box.top + (box.bottom - box.top) * v / map.tokens;
      context.fillRect(x - 0.5, box.bottom, 1, 5);
      context.fillRect(box.left - 5, y - 0.5, 5, 1);
      context.textAlign = 'center';
      context.textBaseline = 'top';
      context.fillText(v, x, box.bottom + 7);
      context.textAlign = 'right';
      context.textBaseline = v === 0 ? 'top' : 'middle';
      context.fillText(v, box.left - 8, y);
    }
    context.textAlign = 'center';
    context.textBaseline = 'bottom';
    context.fillText('position of the token', (box.left + box.right) / 2, height - 2);
    context.save();
    context.translate(12, (box.top + box.bottom) / 2);
    context.rotate(-Math.PI / 2);
    context.textBaseline = 'middle';
    context.fillText('step', 0, 0);
    context.restore();
  }

  const select = document.getElementById('layer');
  function drawMaps() {
    const layer = Number(select.value);
    for (const canvas of document.querySelectorAll('canvas.map')) {
      const says = [...canvas.parentElement.querySelectorAll('.says')];
      says.forEach((p) => { p.hidden = Number(p.dataset.layer) !== layer; });
      const caption = canvas.parentElement.querySelector('figcaption').textContent;
      canvas.setAttribute('aria-label', 'Kept-token map of ' + caption + '. ' + says[layer].textContent);
      drawMap(canvas, data.maps[Number(canvas.dataset.map)], layer);
    }
  }
  if (select) {
    drawMaps();
    select.addEventListener('change', drawMaps);
    window.addEventListener('resize', drawMaps);
  }
})();
