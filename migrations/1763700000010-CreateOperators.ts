import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The staff: accounts, their recovery codes, their sessions, and who has failed to log in lately. */
export class CreateOperators1763700000010 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE operators (
        id uuid PRIMARY KEY,
        username text NOT NULL,
        display_name text NOT NULL,
        role text NOT NULL,
        password_hash text NOT NULL,  -- argon2id
        totp_secret_sealed bytea,     -- encrypted with DATA_ENCRYPTION_KEY
        totp_confirmed_at timestamptz,
        totp_last_step bigint,        -- a code works once: only later steps are accepted
        disabled_at timestamptz,
        created_at timestamptz NOT NULL,
        CONSTRAINT operators_username_key UNIQUE (username),
        CONSTRAINT operators_username_form CHECK (username ~ '^[a-z0-9][a-z0-9._-]{1,31}$'),
        CONSTRAINT operators_role_known CHECK (role IN ('OWNER', 'FINANCE', 'SUPPORT', 'VIEWER')),
        CONSTRAINT operators_confirmed_totp_has_secret CHECK (totp_confirmed_at IS NULL OR totp_secret_sealed IS NOT NULL)
      )`);
    await queryRunner.query(`
      CREATE TABLE operator_recovery_codes (
        operator_id uuid NOT NULL REFERENCES operators (id),
        code_hash bytea NOT NULL, -- sha256 of 80 random bits
        used_at timestamptz,
        PRIMARY KEY (operator_id, code_hash)
      )`);
    await queryRunner.query(`
      CREATE TABLE operator_sessions (
        id uuid PRIMARY KEY,
        operator_id uuid NOT NULL REFERENCES operators (id),
        token_hash bytea NOT NULL, -- sha256 of 32 random bytes
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        last_seen_at timestamptz NOT NULL,
        step_up_at timestamptz,
        revoked_at timestamptz,
        ip text,
        user_agent text,
        CONSTRAINT operator_sessions_token_key UNIQUE (token_hash)
      )`);
    await queryRunner.query(
      'CREATE INDEX operator_sessions_open ON operator_sessions (operator_id) WHERE revoked_at IS NULL',
    );
    await queryRunner.query('CREATE INDEX operator_sessions_age ON operator_sessions (expires_at)');
    await queryRunner.query(`
      CREATE TABLE login_failures (
        scope text NOT NULL,
        subject text NOT NULL,
        failures integer NOT NULL,
        last_failed_at timestamptz NOT NULL,
        blocked_until timestamptz,
        PRIMARY KEY (scope, subject),
        CONSTRAINT login_failures_scope_known CHECK (scope IN ('account', 'address'))
      )`);
    await queryRunner.query('CREATE INDEX login_failures_age ON login_failures (last_failed_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE login_failures');
    await queryRunner.query('DROP TABLE operator_sessions');
    await queryRunner.query('DROP TABLE operator_recovery_codes');
    await queryRunner.query('DROP TABLE operators');
  }
}
