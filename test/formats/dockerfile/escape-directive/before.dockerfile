# escape=`
FROM mcr.microsoft.com/windows/servercore
RUN dir c:\
CMD python `
    app.py
