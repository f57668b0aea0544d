require('./lib/telemetry').start();

const { app } = require('./app');

app.listen(3000);
