print('saved')
