const app = require('./app');
require('./tracing');

app.listen(3000);
