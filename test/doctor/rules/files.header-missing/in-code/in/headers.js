module.exports = { 'x-honeycomb-team': process.env.HONEYCOMB_API_KEY };
