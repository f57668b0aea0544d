FROM busybox
RUN echo a \
# not about CMD
    && echo b
COPY a b
CMD sh
