import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import type { MessageName } from '../../config/message-template.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { run, statement } from '../../database/sql.js';

/** A client that reports more taps than people tap reports to himself only. */
const MOST = 1000;

const ANSWER = statement(
  'answer-subscription',
  `INSERT INTO message_grants AS g (buyer_id, template_id, remaining, refused, updated_at)
   SELECT $1, template_id, granted, refused, now() FROM jsonb_to_recordset($2::jsonb) AS a(template_id text, granted int, refused boolean)
   ON CONFLICT (buyer_id, template_id) DO UPDATE
     SET remaining = least(g.remaining + excluded.remaining, ${MOST}), refused = excluded.refused, updated_at = excluded.updated_at`,
);
const OF_BUYER = statement(
  'subscriptions-of-buyer',
  'SELECT template_id AS "templateId", remaining, refused FROM message_grants WHERE buyer_id = $1',
);
const IS_REFUSED = statement(
  'is-subscription-refused',
  'SELECT 1 FROM message_grants WHERE buyer_id = $1 AND template_id = $2 AND refused AND remaining = 0',
);
const USE = statement(
  'use-subscription',
  `UPDATE message_grants SET remaining = greatest(remaining - 1, 0), updated_at = now()
   WHERE buyer_id = $1 AND template_id = $2`,
);
const EXHAUST = statement(
  'exhaust-subscription',
  `INSERT INTO message_grants AS g (buyer_id, template_id, remaining, refused, updated_at) VALUES ($1, $2, 0, $3, now())
   ON CONFLICT (buyer_id, template_id) DO UPDATE
     SET remaining = 0, refused = g.refused OR excluded.refused, updated_at = excluded.updated_at`,
);
const BUYER_OF_OPENID = statement(
  'buyer-of-openid',
  'SELECT id FROM buyers WHERE app_id = $1 AND openid = $2',
);
/** Somebody of the staff gets the staff's messages as a user of the mini-program. */
const IS_STAFF = statement(
  'is-buyer-staff',
  'SELECT 1 FROM operators WHERE buyer_id = $1 AND disabled_at IS NULL LIMIT 1',
);

export interface Subscription {
  message: MessageName;
  templateId: string;
  /** How many messages may still be sent, as far as the mini-program has told. */
  remaining: number;
  /** The buyer's newest word was no. */
  refused: boolean;
}

export interface SubscriptionAnswer {
  templateId: string;
  accepted: boolean;
  /** Messages allowed by it. */
  granted: number;
}

/** Which subscribe messages a buyer has allowed. WeChat keeps the true count and tells it to nobody: this is what the mini-program reported. */
@Injectable()
export class SubscriptionService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Every message this buyer can get, with what he has allowed. */
  async list(buyerId: string): Promise<Subscription[]> {
    const { manager } = this.dataSource;
    const known = await run<Omit<Subscription, 'message'>>(manager, OF_BUYER, [buyerId]);
    const isStaff = (await run(manager, IS_STAFF, [buyerId])).length > 0;
    return this.templates()
      .filter(({ message }) => isStaff || !message.startsWith('STAFF_'))
      .map(({ message, templateId }) => {
        const { remaining = 0, refused = false } = known.find((each) => each.templateId === templateId) ?? {};
        return { message, templateId, remaining, refused };
      });
  }

  /** The buyer's newest word about each template, and what it allows. */
  async answer(
    manager: EntityManager,
    buyerId: string,
    answers: readonly SubscriptionAnswer[],
  ): Promise<void> {
    const rows = answers.map(({ templateId, accepted, granted }) => ({
      template_id: templateId,
      granted,
      refused: !accepted,
    }));
    await run(manager, ANSWER, [buyerId, JSON.stringify(rows)]);
  }

  knows(templateId: string): boolean {
    return this.templates().some((each) => each.templateId === templateId);
  }

  /** Whether sending is pointless: he said no, and nothing he allowed before is left. */
  async isRefused(buyerId: string, templateId: string): Promise<boolean> {
    return (await run(this.dataSource.manager, IS_REFUSED, [buyerId, templateId])).length > 0;
  }

  /** A message was sent. */
  async use(buyerId: string, templateId: string): Promise<void> {
    await run(this.dataSource.manager, USE, [buyerId, templateId]);
  }

  /** WeChat says that nothing is left. @param refused the buyer has switched the message off */
  async exhaust(
    manager: EntityManager,
    buyerId: string,
    templateId: string,
    refused: boolean,
  ): Promise<void> {
    await run(manager, EXHAUST, [buyerId, templateId, refused]);
  }

  async buyerOf(manager: EntityManager, openid: string): Promise<string | undefined> {
    const [buyer] = await run<{ id: string }>(manager, BUYER_OF_OPENID, [this.settings.wechat.appId, openid]);
    return buyer?.id;
  }

  private templates(): { message: MessageName; templateId: string }[] {
    const templates = Object.entries(this.settings.wechat.templates) as [
      MessageName,
      { id: string } | undefined,
    ][];
    return templates.flatMap(([message, template]) =>
      template === undefined ? [] : [{ message, templateId: template.id }],
    );
  }
}
