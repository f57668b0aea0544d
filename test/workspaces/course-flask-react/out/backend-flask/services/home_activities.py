class HomeActivities:
  def run():
    return [{'handle': 'ann', 'message': 'first post'}]
