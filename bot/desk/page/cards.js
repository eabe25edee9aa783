import { element } from './element.js';
import { toHtml } from './markdown.js';

const { AdaptiveCard, ExecuteAction, HostConfig, OpenUrlAction } = globalThis.AdaptiveCards;
AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = toHtml(text);
  result.didProcess = true;
};

const isDark = globalThis.matchMedia('(prefers-color-scheme: dark)');

/** Calls when cards must be drawn again, in other colours. */
export function onColours(listener) {
  isDark.addEventListener('change', listener);
}

/**
 * Draws an Adaptive Card. `onExecute(verb, data)` gives a promise; until it settles the card takes no clicks.
 * What cannot be drawn shows its fallback text.
 */
export function drawCard(json, onExecute) {
  const frame = element('div', { class: 'card' });
  try {
    const card = new AdaptiveCard();
    card.hostConfig = isDark.matches ? dark : light;
    card.onExecuteAction = (action) => run(action, frame, onExecute);
    card.onInlineCardExpanded = (action, isExpanded) => isExpanded && showForm(action);
    card.parse(json);
    const drawn = card.render();
    if (!drawn || json?.type !== 'AdaptiveCard') throw new TypeError('nothing to draw');
    frame.append(drawn);
  } catch {
    frame.append(element('p', {}, String(json?.fallbackText ?? 'This card cannot be shown here.')));
  }
  return frame;
}

/** Whether the card waits for a signature. */
export function isAsking(card) {
  return Array.isArray(card?.actions) && card.actions.some(({ verb }) => verb === 'approve');
}

/** A form that opened below the fold would look as if nothing had happened. */
function showForm(action) {
  const form = action.card.renderedElement;
  if (!form) return;
  form.scrollIntoView({ block: 'nearest' });
  form.querySelector('textarea, input')?.focus({ preventScroll: true });
}

async function run(action, frame, onExecute) {
  if (action instanceof OpenUrlAction && /^https?:/i.test(action.url ?? ''))
    return void globalThis.open(action.url, '_blank', 'noopener,noreferrer');
  if (!(action instanceof ExecuteAction) || frame.inert) return;
  const data = action.data && typeof action.data === 'object' ? action.data : {};
  frame.inert = true;
  frame.setAttribute('aria-busy', 'true');
  try {
    await onExecute(action.verb ?? '', data);
  } finally {
    frame.inert = false;
    frame.removeAttribute('aria-busy');
  }
}

const light = hostConfig({
  plain: ['#242424', '#5d5d66'],
  accent: ['#4549a0', '#5d61b5'],
  good: ['#0b6138', '#2c6e4d'],
  warning: ['#744700', '#7c5a22'],
  attention: ['#a80f20', '#a03a46'],
  line: '#e4e4ea',
  grounds: {
    emphasis: '#f4f4f8',
    accent: '#eef0fc',
    good: '#e7f5ec',
    warning: '#fff3d9',
    attention: '#fdeaec',
  },
});
const dark = hostConfig({
  plain: ['#f3f3f5', '#b4b4bf'],
  accent: ['#a9aef5', '#9297dd'],
  good: ['#7fdba6', '#8fcbaa'],
  warning: ['#ffcf7a', '#e0bd80'],
  attention: ['#ff9aa5', '#eba4ac'],
  line: '#41414d',
  grounds: {
    emphasis: '#2f2f38',
    accent: '#2e3050',
    good: '#173527',
    warning: '#3d2f12',
    attention: '#44191f',
  },
});

/** Colours are pairs: normal and subtle. */
function hostConfig({ plain, accent, good, warning, attention, line, grounds }) {
  const pair = ([normal, subtle]) => ({ default: normal, subtle });
  const foregroundColors = {
    default: pair(plain),
    dark: pair(plain),
    light: pair(plain),
    accent: pair(accent),
    good: pair(good),
    warning: pair(warning),
    attention: pair(attention),
  };
  const ground = (backgroundColor) => ({ foregroundColors, backgroundColor });
  const toned = (name, normal) => ({
    backgroundColor: grounds[name],
    foregroundColors: { ...foregroundColors, default: { default: normal[0], subtle: normal[1] } },
  });
  const font = (fontFamily) => ({
    fontFamily,
    fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 22 },
    fontWeights: { lighter: 300, default: 400, bolder: 600 },
  });
  const error = { color: 'attention', size: 'small', spacing: 'small', weight: 'bolder' };
  return new HostConfig({
    supportsInteractivity: true,
    spacing: { small: 4, default: 10, medium: 12, large: 16, extraLarge: 20, padding: 12 },
    separator: { lineThickness: 1, lineColor: line },
    fontTypes: { default: font('inherit'), monospace: font('ui-monospace, monospace') },
    textStyles: { heading: { size: 'medium', weight: 'bolder' } },
    textBlock: { headingLevel: 3 },
    containerStyles: {
      default: ground('#00000000'),
      emphasis: ground(grounds.emphasis),
      accent: toned('accent', accent),
      good: toned('good', good),
      warning: toned('warning', warning),
      attention: toned('attention', attention),
    },
    inputs: {
      label: {
        inputSpacing: 'small',
        requiredInputs: { weight: 'bolder', suffix: ' *', suffixColor: 'attention' },
        optionalInputs: { weight: 'bolder' },
      },
      errorMessage: error,
    },
    actions: {
      maxActions: 6,
      spacing: 'medium',
      buttonSpacing: 8,
      showCard: { actionMode: 'inline', inlineTopMargin: 12, style: 'emphasis' },
      actionsOrientation: 'horizontal',
      actionAlignment: 'left',
      allowTitleToWrap: true,
    },
    adaptiveCard: { allowCustomStyle: false },
    factSet: {
      title: { color: 'default', isSubtle: true, weight: 'default', wrap: true, maxWidth: 130 },
      value: { color: 'default', weight: 'default', wrap: true },
      spacing: 12,
    },
  });
}
