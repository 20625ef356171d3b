/** Every event that was ever enqueued, one row each, whether it was decided alone or together with others. */
export const EVENTS = `(
  SELECT job.id, job.state, job.created_on, event AS data FROM pgboss.job
  CROSS JOIN LATERAL jsonb_array_elements(coalesce(job.data->'together', jsonb_build_array(job.data))) AS event
  WHERE job.name = 'events') AS events`;
