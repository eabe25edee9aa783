/** "I can't get in": complaints of a closed door, shared by the playbooks for apps and for the sign-in. */

export interface Trouble {
  /** What they cannot get into, in their words; empty when they named nothing. */
  into: string;
  /** `signin`: they spoke of signing in or of being locked out; `entry`: of getting in; `use`: of opening or seeing. */
  how: 'signin' | 'entry' | 'use';
}

const subject =
  '(?:^|\\bi (?:\\w+ ){0,2}|\\b(?:and|but|so|that|why|where|therefore|then|cos|cuz|as|however|me) )';
const small = '(?:(?:seem to|even|i|seem|ever|currently|always|be|able to|to) )*';

const shapes: [RegExp, Trouble['how']][] = [
  [
    /\b(?:am|was|have|did) i (?:been |get |getting )?(?:locked|shut|blocked|kicked) out(?: of| from)?\b(?<into>.*)$/,
    'signin',
  ],
  [
    new RegExp(
      `${subject}cannot ${small}(?:get )?signin(?: (?:to|into|on|onto|with|at|for|using))?(?<into>.*)$`,
    ),
    'signin',
  ],
  [
    new RegExp(
      `${subject}cannot ${small}(?:get|go|come|enter|make it|be let)(?: back)? (?:into|in|inside|onto|on)\\b(?<into>.*)$`,
    ),
    'entry',
  ],
  [
    new RegExp(`${subject}cannot ${small}(?:access|enter|get access to|reach|have access to)\\b(?<into>.*)$`),
    'entry',
  ],
  [
    new RegExp(
      `${subject}cannot ${small}(?:open|use|see|view|load|launch|connect to|connect|get to|find)\\b(?<into>.*)$`,
    ),
    'use',
  ],
  [/\bnolet me (?:in )?(?:to )?signin(?: (?:to|into|on|with))?(?<into>.*)$/, 'signin'],
  [/\bnolet me (?:get )?(?:back )?(?:into|in|access|enter|inside)\b(?: to)?(?<into>.*)$/, 'entry'],
  [
    /(?:^|\bi (?:am|was|got|have been|have got|get|keep (?:getting|being)|seem to be|have|been|be)(?: \w+)? |\b(?:am|got|been|being|getting|me|is|and|so) )(?:locked|shut|blocked|kicked) (?:myself |me |my self )?out(?: of| from)?\b(?<into>.*)$/,
    'signin',
  ],
  [/\b(?:locked|shut|blocked) (?:myself|me|my self) out(?: of| from)?\b(?<into>.*)$/, 'signin'],
  [
    /\b(?:signin|login) (?:to|into|for|on|in)?(?<into>.*?) ?(?:does not work|do not work|is not working|not working|not work|fails|failed|is failing|keeps failing|is broken|refused|is denied|is rejected|stopped working)/,
    'signin',
  ],
  [
    /\b(?:problem|trouble|issue|issues|problems) (?:with )?signin(?: (?:to|into|on|with))?(?<into>.*)$/,
    'signin',
  ],
];

const refusedBy = /^(?<into>[\w .&+'-]+?) (?:nolet|keeps? refusing|refuses|denies|rejects) me\b/;

/** The closed door in a clause, or null. */
export function troubleIn(clause: string): Trouble | null {
  for (const [shape, how] of shapes) {
    const into = shape.exec(clause)?.groups?.['into'];
    if (into === undefined) continue;
    const named = into.trim();
    return {
      into: /^(?:as|so|because|since|for)\b/.test(named) || named === '' ? doorBefore(clause) : named,
      how,
    };
  }
  return null;
}

// "zendesk won't let me in" names the door first.
function doorBefore(clause: string): string {
  const door = refusedBy.exec(clause)?.groups?.['into']?.trim() ?? '';
  return /^(?:it|this|that|the system|they|system|and it|but it|so it)$/.test(door) ? '' : door;
}
