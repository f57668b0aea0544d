FROM busybox
RUN echo a \
# not about CMD
    && echo b
CMD sh
