# escape=`
FROM mcr.microsoft.com/windows/servercore
RUN dir c:\
CMD opentelemetry-instrument python `
    app.py
