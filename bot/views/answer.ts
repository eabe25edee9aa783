import type { Notice } from '../../engine/domain.ts';
import type { Card } from '../card.ts';
import { linksTo, manyLines, oneLine, paragraph } from './words.ts';

type Answer = Extract<Notice, { kind: 'answer' }>;

/** Answers a question from the documentation, with the articles and a way to a person. */
export function answer(notice: Answer): Card {
  const text = manyLines(notice.text, 2_000);
  const articles = notice.sources.map(({ title, url }) => ({ title: `Read the article: ${title}`, url }));
  return {
    title: '',
    tone: 'plain',
    blocks: [paragraph(text), ...linksTo(articles)],
    actions: [
      {
        verb: 'talk_to_person',
        label: articles.length > 0 ? 'I still need help' : 'Talk to someone',
        style: 'default',
        data: { requestId: notice.requestId },
      },
    ],
    push: oneLine(text, 300),
  };
}

/** Samples of this kind, for tests and for looking at. */
export const examples: Answer[] = [
  {
    kind: 'answer',
    text: 'From the article "VPN setup": open Settings, choose Network, then VPN, and press Connect.',
    sources: [{ title: 'VPN setup', url: 'https://docs.acme.example/articles/vpn-setup' }],
    requestId: 'req_01',
  },
];
