import './tracing';
import React from 'react';
