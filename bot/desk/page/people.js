import { element, initials, tint } from './element.js';

/** What is special about somebody, in a few words, or empty. */
function wordsOf(person) {
  if (person.staff || person.mode === 'execute') return person.role;
  return [person.role, 'plan mode: no replies by design'].filter(Boolean).join(' · ');
}

/** A switch of who you are, in a fieldset. `marks` says for whom there is something new. */
export function createSwitch(fieldset, { name, onPick }) {
  let shown = '';
  return {
    draw(people, picked, marks) {
      const now = JSON.stringify([people, picked, [...marks]]);
      if (now === shown) return;
      shown = now;
      const hadFocus = fieldset.contains(document.activeElement);
      fieldset.querySelectorAll('.person-chip').forEach((chip) => chip.remove());
      fieldset.append(
        ...people.map((person) => chip(person, person.slug === picked, marks.has(person.slug))),
      );
      if (hadFocus) fieldset.querySelector('input:checked')?.focus();
    },
  };

  function chip(person, checked, isMarked) {
    const words = wordsOf(person);
    const input = element('input', {
      type: 'radio',
      name,
      value: person.slug,
      onchange: () => onPick(person.slug),
    });
    input.checked = checked;
    return element(
      'label',
      { class: 'person-chip', 'data-slug': person.slug },
      input,
      element('span', { class: `avatar ${tint(person.name)}`, 'aria-hidden': 'true' }, initials(person.name)),
      element(
        'span',
        { class: 'who' },
        element('b', {}, person.name),
        element('span', { class: 'company' }, person.staff ? words || person.client : person.client),
      ),
      words && !person.staff ? element('span', { class: 'special' }, words) : null,
      isMarked
        ? element('span', { class: 'mark' }, element('span', { class: 'unseen' }, 'new messages'))
        : null,
    );
  }
}
