const express = require('express');

exports.app = express();
