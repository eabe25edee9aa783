/** What our own rules refuse, by kind. Match on `kind`; `message` is a sentence for the person who asked. */
export type AppErrorKind = 'not_allowed' | 'stale' | 'invalid' | 'expired';

export class AppError extends Error {
  readonly kind: AppErrorKind;
  constructor(kind: AppErrorKind, message: string) {
    super(message);
    this.name = 'AppError';
    this.kind = kind;
  }
}
