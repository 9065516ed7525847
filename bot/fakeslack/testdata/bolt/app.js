// The judge: an app as Slack's documentation has it, on an unmodified Bolt. Whatever it hears of Slack it turns into
// something that a person would see, and bolt_test.go looks at that.
import bolt from '@slack/bolt';

const { SLACK_API_URL, SLACK_BOT_TOKEN, SLACK_APP_TOKEN } = process.env;

const app = new bolt.App({
  token: SLACK_BOT_TOKEN,
  appToken: SLACK_APP_TOKEN,
  socketMode: true,
  clientOptions: { slackApiUrl: SLACK_API_URL },
});

const plain = (text) => ({ type: 'plain_text', text });
const section = (text) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const button = (action_id, text) => ({ type: 'button', action_id, value: 'id=1', text: plain(text) });

// Answered by the acknowledgement alone.
app.command('/echo', async ({ ack, command }) => {
  await ack(`You typed ${command.text} in #${command.channel_name}.`);
});

app.command('/card', async ({ ack, command, client }) => {
  await ack();
  await client.chat.postMessage({
    channel: command.channel_id,
    text: 'Pending approval',
    blocks: [
      section('*Pending approval*'),
      { type: 'actions', elements: [button('approve', 'Approve'), button('reply', 'Reply')] },
    ],
  });
});

app.action('approve', async ({ ack, body, action, client }) => {
  await ack();
  const channel = body.channel.id;
  await client.chat.update({
    channel,
    ts: body.message.ts,
    text: `Approved by ${body.user.name}`,
    blocks: [section(`Approved by <@${body.user.id}> with ${action.value}`)],
  });
  await client.chat.postMessage({ channel, thread_ts: body.message.ts, text: 'In the thread.' });
});

// Answered by the response URL.
app.action('reply', async ({ ack, respond }) => {
  await ack();
  await respond({ text: 'Only for you.', replace_original: false });
});

app.command('/whoami', async ({ ack, command, client }) => {
  await ack();
  const { user } = await client.users.info({ user: command.user_id, include_locale: true });
  const found = await client.users.lookupByEmail({ email: user.profile.email });
  await client.chat.postEphemeral({
    channel: command.channel_id,
    user: command.user_id,
    text: `${user.real_name}, ${user.locale}, ${user.tz}, ${found.user.id === user.id}`,
  });
});

app.command('/form', async ({ ack, command, client }) => {
  await ack();
  await client.views.open({
    trigger_id: command.trigger_id,
    view: {
      type: 'modal',
      callback_id: 'form',
      private_metadata: command.channel_id,
      title: plain('Request access'),
      submit: plain('Submit'),
      blocks: [
        { type: 'input', block_id: 'ticket', label: plain('Ticket'), element: { type: 'plain_text_input', action_id: 'ticket' } },
        {
          type: 'input',
          block_id: 'target',
          label: plain('Target'),
          element: { type: 'external_select', action_id: 'target', min_query_length: 2 },
        },
      ],
    },
  });
});

app.options('target', async ({ ack, payload }) => {
  await ack({ options: [{ text: plain(`group ${payload.value}`), value: payload.value }] });
});

app.view('form', async ({ ack, view, body, client }) => {
  const { ticket, target } = view.state.values;
  if (!ticket.ticket.value.startsWith('OPS-')) {
    await ack({ response_action: 'errors', errors: { ticket: 'A ticket begins with OPS-.' } });
    return;
  }
  await ack();
  await client.chat.postMessage({
    channel: view.private_metadata,
    text: `${body.user.id} asks for ${target.target.selected_option.value}: ${ticket.ticket.value}`,
  });
});

app.event('app_home_opened', async ({ event, client }) => {
  await client.views.publish({
    user_id: event.user,
    view: { type: 'home', blocks: [section(`Home of <@${event.user}>`)] },
  });
});

// What Slack refuses has to reach the app as an error with its code.
app.command('/refused', async ({ ack, command, client }) => {
  try {
    await client.chat.postMessage({ channel: 'C0NOWHERE', text: 'x' });
  } catch (error) {
    await ack(`${error.code}: ${error.data.error} for ${command.user_name}`);
  }
});

await app.start();
