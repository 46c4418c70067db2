/** The theme's button, where the reader is on the page, and what print needs. */
{
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const button = page.make('button', { type: 'button', class: 'theme' });
  const isDark = () => (page.root.dataset.theme ? page.root.dataset.theme === 'dark' : dark.matches);
  const show = () => {
    button.textContent = isDark() ? 'Light' : 'Dark';
    button.setAttribute('aria-label', isDark() ? 'Light colours' : 'Dark colours');
    page.redrawAll();
  };
  button.addEventListener('click', () => {
    page.root.dataset.theme = isDark() ? 'light' : 'dark';
    show();
  });
  dark.addEventListener('change', show);
  document.querySelector('header').prepend(button);
  button.textContent = isDark() ? 'Light' : 'Dark';
  button.setAttribute('aria-label', isDark() ? 'Light colours' : 'Dark colours');

  const links = new Map([...document.querySelectorAll('.contents a')].map((a) => [a.hash.slice(1), a]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((e) => e.isIntersecting)) {
      links.forEach((link) => link.removeAttribute('aria-current'));
      links.get(entry.target.id)?.setAttribute('aria-current', 'true');
    }
  }, { rootMargin: '0px 0px -75% 0px' });
  document.querySelectorAll('section[id]').forEach((s) => seen.observe(s));

  let closed = [];
  window.addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll('details:not([open])')];
    closed.forEach((d) => { d.open = true; });
    page.print(true);
  });
  window.addEventListener('afterprint', () => {
    closed.forEach((d) => { d.open = false; });
    page.print(false);
  });
}
